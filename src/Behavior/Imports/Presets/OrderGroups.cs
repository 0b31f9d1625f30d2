namespace BehaviorDashboard.Imports;

/// <summary>
/// Gathers the rows of an order that stand near each other: a group is complete when it has not grown while
/// <see cref="Open"/> others were begun.
/// </summary>
internal static class OrderGroups
{
    private const int Open = 64;

    public static IEnumerable<List<T>> Gather<T>(IEnumerable<(string Key, T Row)> rows)
    {
        var open = new Dictionary<string, LinkedListNode<(string Key, List<T> Rows)>>();
        var order = new LinkedList<(string Key, List<T> Rows)>();
        foreach (var (key, row) in rows)
        {
            if (open.TryGetValue(key, out var node))
            {
                node.Value.Rows.Add(row);
                continue;
            }
            open[key] = order.AddLast((key, [row]));
            if (order.Count <= Open) continue;
            var first = order.First!.Value;
            order.RemoveFirst();
            open.Remove(first.Key);
            yield return first.Rows;
        }
        foreach (var (_, group) in order) yield return group;
    }
}
