using System.Diagnostics;
using BehaviorDashboard.Live;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Storage;

/// <summary>
/// What the store was slow at since this process started, in memory: names, tables, times and rows. Neither texts nor values of
/// statements are kept, since values are personal data.
/// </summary>
public sealed class SlowStatements(IOptions<StorageOptions> options, TimeProvider time, ILogger<Signal> logger)
{
    private const int MostStatements = 500;
    private const int KeptTimes = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Name, string What), Record> _records = [];

    /// <summary>Raised when something was slow.</summary>
    public Signal Changed { get; } = new(time, logger);

    public DateTimeOffset Since { get; } = time.GetUtcNow();

    public TimeSpan Threshold { get; } = TimeSpan.FromMilliseconds(options.Value.SlowStatementMilliseconds);

    /// <summary>What took longest in one call first.</summary>
    public IReadOnlyList<SlowStatement> List()
    {
        lock (_gate) return [.. _records.Select(r => r.Value.Read(r.Key.Name, r.Key.What)).OrderByDescending(s => s.Longest)];
    }

    internal Call Begin(string sql, string file, string member) => new(this, sql, file, member);

    private void Note(Call call, TimeSpan length)
    {
        if (length < Threshold) return;
        var key = (StatementName.Of(call.File, call.Member), StatementName.What(call.Sql));
        lock (_gate)
        {
            if (!_records.TryGetValue(key, out var record))
            {
                if (_records.Count == MostStatements) return;
                _records[key] = record = new Record();
            }
            record.Add(length, call.Rows, time.GetUtcNow());
        }
        Changed.Raise();
    }

    /// <summary>One call, timed until it is disposed: also where it failed or was given up.</summary>
    internal sealed class Call(SlowStatements owner, string sql, string file, string member) : IDisposable
    {
        private readonly long _started = Stopwatch.GetTimestamp();

        public string Sql => sql;

        public string File => file;

        public string Member => member;

        public long? Rows { get; set; }

        public void Dispose() => owner.Note(this, Stopwatch.GetElapsedTime(_started));
    }

    private sealed class Record
    {
        private readonly Queue<TimeSpan> _times = new();
        private long _count;
        private TimeSpan _longest;
        private DateTimeOffset _lastAt;
        private long? _rows;

        public void Add(TimeSpan length, long? rows, DateTimeOffset at)
        {
            if (_times.Count == KeptTimes) _times.Dequeue();
            _times.Enqueue(length);
            (_count, _lastAt, _rows) = (_count + 1, at, rows);
            if (length > _longest) _longest = length;
        }

        public SlowStatement Read(string name, string what)
        {
            TimeSpan[] sorted = [.. _times.Order()];
            TimeSpan At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
            return new SlowStatement(name, what, _count, At(0.5), At(0.95), _longest, _lastAt, _rows);
        }
    }
}
