using System.Runtime.InteropServices;

namespace BehaviorDashboard.Imports;

/// <summary>
/// Gathers the rows of an order that stand near each other: a group is complete when it has not grown while
/// <see cref="Open"/> others were begun.
/// </summary>
internal static class OrderGroups
{
    private const int Open = 64;

    /// <param name="join">Whether a group may go on after it was complete, as another piece of the same order.</param>
    /// <exception cref="ImportException">A group that was complete goes on: taken as an order of its own it would replace its first part.</exception>
    public static IEnumerable<List<T>> Gather<T>(IEnumerable<(string Key, T Row)> rows, bool join)
    {
        var open = new Dictionary<string, LinkedListNode<(string Key, List<T> Rows)>>();
        // Hashes, eight bytes an order: a file of ten million orders must not fill the memory with their numbers.
        var complete = new HashSet<long>();
        var order = new LinkedList<(string Key, List<T> Rows)>();
        (string Key, List<T>? Rows) last = default;
        foreach (var (key, row) in rows)
        {
            // Most rows follow one of the same order.
            if (last.Rows is not null && key == last.Key)
            {
                last.Rows.Add(row);
                continue;
            }
            ref var node = ref CollectionsMarshal.GetValueRefOrAddDefault(open, key, out var known);
            if (known)
            {
                node!.Value.Rows.Add(row);
                last = node.Value;
                continue;
            }
            if (!join && complete.Contains(ContentHash.OfText(key)))
                throw new ImportException($"The rows of order {key} stand far apart in the file: sort it by order, or import it with --join, which puts the pieces of an order together. Orders before were read.");
            last = (key, [row]);
            node = order.AddLast((key, last.Rows!));
            if (order.Count <= Open) continue;
            var first = order.First!.Value;
            order.RemoveFirst();
            open.Remove(first.Key);
            complete.Add(ContentHash.OfText(first.Key));
            yield return first.Rows;
        }
        foreach (var (_, group) in order) yield return group;
    }
}
