using System.Threading.Channels;
using BehaviorDashboard.Live;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Quality;

/// <summary>
/// Keeps what was refused without ever slowing what was taken: bounded in memory and by the day, written in the
/// background. What does not fit is counted.
/// </summary>
internal sealed class RejectsInbox(RejectsStore store, TimeProvider time, IOptions<QualityOptions> options, ILogger<Signal> signalLogger, ILogger<RejectsInbox> logger) : BackgroundService
{
    private const int LongestRaw = 64 * 1024;
    private readonly Channel<Reject> _queue = Channel.CreateBounded<Reject>(new BoundedChannelOptions(5_000) { SingleReader = true });
    private DateOnly _day;
    private int _today;
    private long _notKept;

    public Signal Changed { get; } = new(time, signalLogger);

    /// <summary>Refused events that were not kept since the start, because there were too many.</summary>
    public long NotKept => Interlocked.Read(ref _notKept);

    public void Add(Reject reject)
    {
        var cut = reject.Raw.Length <= LongestRaw ? reject : reject with { Raw = reject.Raw[..LongestRaw] };
        if (!_queue.Writer.TryWrite(cut)) Interlocked.Increment(ref _notKept);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync(stoppingToken)) await KeepWaitingAsync(500);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await KeepWaitingAsync(5_000);
        }
    }

    /// <summary>A store that fails for a moment costs what it could not take, never the inbox.</summary>
    private async Task KeepWaitingAsync(int most)
    {
        var group = new List<Reject>();
        try
        {
            if (NewDay()) await store.ForgetAsync(time.GetUtcNow().AddDays(-options.Value.KeptDays), CancellationToken.None);
            while (group.Count < most && _queue.Reader.TryRead(out var reject))
                if (_today++ < options.Value.KeptPerDay) group.Add(reject);
                else Interlocked.Increment(ref _notKept);
            if (group.Count > 0) await store.AddAsync(group, CancellationToken.None);
        }
        catch (Exception problem)
        {
            Interlocked.Add(ref _notKept, group.Count);
            logger.LogError(problem, "{Count} refused events could not be kept.", group.Count);
        }
        Changed.Raise();
    }

    private bool NewDay()
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        if (today == _day) return false;
        (_day, _today) = (today, 0);
        return true;
    }
}
