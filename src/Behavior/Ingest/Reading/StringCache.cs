using System.IO.Hashing;
using System.Text;

namespace BehaviorDashboard.Ingest;

/// <summary>
/// Turns UTF-8 into strings and gives the same string again for values that come often (names, categories, ids of
/// products and people). A fixed number of slots, newest wins: bounded and free of locks.
/// </summary>
internal sealed class StringCache
{
    private const int Slots = 1 << 14;
    private const int LongestKept = 64;

    /// <summary>Keeps nothing: for values that come once, such as message ids, and would push out those that come often.</summary>
    public static readonly StringCache None = new(0);

    private readonly int _longestKept;
    private readonly Entry?[] _entries;

    public StringCache() : this(LongestKept) { }

    private StringCache(int longestKept) => (_longestKept, _entries) = (longestKept, longestKept == 0 ? [] : new Entry?[Slots]);

    private sealed record Entry(byte[] Utf8, string Text);

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length == 0) return "";
        if (utf8.Length > _longestKept) return Encoding.UTF8.GetString(utf8);
        ref var slot = ref _entries[XxHash3.HashToUInt64(utf8) & (Slots - 1)];
        var entry = Volatile.Read(ref slot);
        if (entry is not null && utf8.SequenceEqual(entry.Utf8)) return entry.Text;
        var text = Encoding.UTF8.GetString(utf8);
        Volatile.Write(ref slot, new Entry(utf8.ToArray(), text));
        return text;
    }
}
