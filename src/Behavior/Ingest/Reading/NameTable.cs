using System.Collections.Frozen;
using System.IO.Hashing;
using System.Text;

namespace BehaviorDashboard.Ingest;

/// <summary>Finds what a UTF-8 name stands for without making a string of it.</summary>
internal sealed class NameTable<T> where T : struct
{
    private readonly (byte[] Name, T Value)[] _slots;
    private readonly ulong _mask;

    public NameTable(params IEnumerable<(string Name, T Value)> names)
    {
        var all = names.ToFrozenDictionary(n => n.Name, n => n.Value);
        var size = 16;
        while (size < all.Count * 4) size *= 2;
        _slots = new (byte[], T)[size];
        _mask = (ulong)size - 1;
        foreach (var (name, value) in all)
        {
            var utf8 = Encoding.UTF8.GetBytes(name);
            var i = XxHash3.HashToUInt64(utf8) & _mask;
            while (_slots[i].Name is not null) i = (i + 1) & _mask;
            _slots[i] = (utf8, value);
        }
    }

    /// <returns>What the name stands for, or the type's default.</returns>
    public T Find(ReadOnlySpan<byte> utf8)
    {
        for (var i = XxHash3.HashToUInt64(utf8) & _mask; ; i = (i + 1) & _mask)
        {
            ref var slot = ref _slots[i];
            if (slot.Name is null) return default;
            if (utf8.SequenceEqual(slot.Name)) return slot.Value;
        }
    }
}
