using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace BehaviorDashboard.Imports;

/// <summary>Hash of what rows say, made without joining their text.</summary>
internal static class ContentHash
{
    /// <summary>Of rows of values: as of their text with <c>|</c> between values and a line feed between rows.</summary>
    public static long OfRows(IEnumerable<string[]> rows)
    {
        var hash = new XxHash3();
        var first = true;
        foreach (var values in rows)
        {
            if (!first) hash.Append("\n\0"u8);
            first = false;
            for (var i = 0; i < values.Length; i++)
            {
                if (i > 0) hash.Append("|\0"u8);
                hash.Append(MemoryMarshal.AsBytes(values[i].AsSpan()));
            }
        }
        return (long)hash.GetCurrentHashAsUInt64();
    }

    public static long OfText(string text) => (long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan()));
}
