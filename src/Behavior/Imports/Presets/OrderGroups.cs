namespace BehaviorDashboard.Imports;

/// <summary>
/// Gathers the rows of an order that stand near each other: a group is complete when it has not grown while
/// <see cref="Open"/> others were begun.
/// </summary>
internal static class OrderGroups
{
    private const int Open = 64;

    /// <exception cref="ImportException">A group that was complete goes on: taken as an order of its own it would replace its first part.</exception>
    public static IEnumerable<List<T>> Gather<T>(IEnumerable<(string Key, T Row)> rows)
    {
        var open = new Dictionary<string, LinkedListNode<(string Key, List<T> Rows)>>();
        var complete = new HashSet<string>();
        var order = new LinkedList<(string Key, List<T> Rows)>();
        foreach (var (key, row) in rows)
        {
            if (open.TryGetValue(key, out var node))
            {
                node.Value.Rows.Add(row);
                continue;
            }
            if (complete.Contains(key)) throw new ImportException($"The rows of order {key} stand far apart in the file: sort it by order, then import it again. Orders before were read.");
            open[key] = order.AddLast((key, [row]));
            if (order.Count <= Open) continue;
            var first = order.First!.Value;
            order.RemoveFirst();
            open.Remove(first.Key);
            complete.Add(first.Key);
            yield return first.Rows;
        }
        foreach (var (_, group) in order) yield return group;
    }
}
