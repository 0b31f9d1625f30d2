using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>Instants of the past from which the future that followed is known.</summary>
/// <param name="Judge">The newest; its outcomes ended with the data.</param>
/// <param name="Teach">Older ones whose outcomes were known before <paramref name="Judge"/>: nothing they teach happened after it.</param>
public sealed record SnapshotPlan(DateTimeOffset Judge, IReadOnlyList<DateTimeOffset> Teach)
{
    private const int HistoryDays = 28;

    /// <param name="horizon">Days it takes until an outcome is known.</param>
    /// <returns>Null where the data are too short for a single outcome.</returns>
    public static SnapshotPlan? Of(DateTimeOffset first, DateTimeOffset end, int horizon, int step, int most)
    {
        var judge = end.AddDays(-horizon);
        if (judge < first.AddDays(HistoryDays)) return null;
        var teach = new List<DateTimeOffset>();
        for (var at = judge.AddDays(-horizon); at >= first.AddDays(HistoryDays) && teach.Count < most; at = at.AddDays(-step)) teach.Add(at);
        return new SnapshotPlan(judge, teach);
    }
}

/// <summary>Rows of people as they stood at an instant, with figures made of others and what then happened.</summary>
internal static class SnapshotRows
{
    private static readonly string[] Made = ["gap_mean", "overdue", "average_order", "orders_a_month", "views_trend"];

    public static IReadOnlyList<string> Features { get; } = [.. HistoryStore.Aggregates.Select(a => a.Key), .. Made];

    /// <summary>Adds the figures that are made of others.</summary>
    public static LearningRows Complete(LearningRows read)
    {
        var (from, to) = (read.Columns, read.Columns + Made.Length);
        var values = new float[read.Count * to];
        int At(string key) => Array.IndexOf([.. read.Features], key);
        var (orders, last, firstAt, revenue, views7, views30) = (At("orders"), At("days_since_last_order"), At("days_since_first_order"), At("revenue"), At("product_views_7"), At("product_views_30"));
        for (var i = 0; i < read.Count; i++)
        {
            var row = read.Row(i);
            row.CopyTo(values.AsSpan(i * to));
            var gap = row[orders] > 1 ? (row[firstAt] - row[last]) / (row[orders] - 1) : float.NaN;
            values[i * to + from] = gap;
            values[i * to + from + 1] = gap > 0 ? row[last] / gap : float.NaN;
            values[i * to + from + 2] = row[orders] > 0 ? row[revenue] / row[orders] : float.NaN;
            values[i * to + from + 3] = row[orders] > 0 ? row[orders] / Math.Max(1, row[firstAt] / 30) : 0;
            values[i * to + from + 4] = row[views30] > 0 ? row[views7] / row[views30] : float.NaN;
        }
        return read with { Features = Features, Values = values };
    }

    /// <summary>Only those who have ordered.</summary>
    public static LearningRows Customers(LearningRows rows)
    {
        var orders = Array.IndexOf([.. rows.Features], "orders");
        return rows.Take([.. Enumerable.Range(0, rows.Count).Where(i => rows.Row(i)[orders] > 0)]);
    }

    /// <summary>Days from an instant to the next order; infinite where none came before the data end.</summary>
    public static double[] NextOrder(IReadOnlyList<string> people, ILookup<string, DateTimeOffset> orders, DateTimeOffset at) =>
        [.. people.Select(p => orders[p].Where(o => o >= at).Select(o => (o - at).TotalDays).DefaultIfEmpty(double.PositiveInfinity).Min())];

    /// <summary>The shop's usual days between two orders of a customer: the middle of all gaps before an instant.</summary>
    public static double UsualGap(ILookup<string, DateTimeOffset> orders, DateTimeOffset at)
    {
        var gaps = orders.SelectMany(p => p.Where(o => o < at).Order().ToArray() is { Length: > 1 } times ? times.Zip(times.Skip(1), (a, b) => (b - a).TotalDays) : []).Where(g => g >= 1).Order().ToList();
        return gaps.Count == 0 ? ChurnHorizon.Shortest : Estimate.Quantile(gaps, 0.5);
    }
}
