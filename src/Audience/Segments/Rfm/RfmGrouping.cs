using System.Globalization;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Segments.Pages;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Segments;

/// <summary>
/// The RFM groups as conditions. The bounds between scores are those a marketer chose, or are taken once a shop day from the running rows of
/// everybody who ordered; until the next day a person's group then follows from their own row.
/// </summary>
internal sealed class RfmGrouping(Database database, RfmScales scales, ShopClock clock, IStringLocalizer<SegmentsText> text) : IGrouping
{
    private static readonly string Bounds = $"""
        select {string.Join(", ", new[] { "R", "F", "M" }.SelectMany(s => Enumerable.Range(2, 4).Select(n => $"min(case when {s}s >= {n - 1} then {s} end) as {s}{n}")))}
        from (
            select last_order_at as R, orders as F, revenue - refunded as M,
                floor(percent_rank() over (order by last_order_at) * 5) as Rs, floor(percent_rank() over (order by orders) * 5) as Fs, floor(percent_rank() over (order by revenue - refunded) * 5) as Ms
            from profiles where orders > 0) p
        """;

    private (DateOnly Day, int Scale, Task<GroupingState> State)? _today;

    /// <summary>The lowest value of each score; null where nobody reaches it.</summary>
    private sealed class Row
    {
        public DateTimeOffset? R2 { get; set; }
        public DateTimeOffset? R3 { get; set; }
        public DateTimeOffset? R4 { get; set; }
        public DateTimeOffset? R5 { get; set; }
        public long? F2 { get; set; }
        public long? F3 { get; set; }
        public long? F4 { get; set; }
        public long? F5 { get; set; }
        public decimal? M2 { get; set; }
        public decimal? M3 { get; set; }
        public decimal? M4 { get; set; }
        public decimal? M5 { get; set; }

        public static Row Of(RfmScale scale, DateTimeOffset end)
        {
            var (r, f, m) = (scale.Since(end), scale.OrdersFrom, scale.MoneyFrom);
            return new Row { R2 = r[0], R3 = r[1], R4 = r[2], R5 = r[3], F2 = f[0], F3 = f[1], F4 = f[2], F5 = f[3], M2 = m[0], M3 = m[1], M4 = m[2], M5 = m[3] };
        }
    }

    public string Key => "rfm";

    public async Task<GroupingState?> AtAsync(DateTimeOffset asOf, CancellationToken cancel)
    {
        var day = clock.DateOf(asOf);
        var scale = await scales.CurrentAsync(cancel);
        if (_today is { } known && known.Day == day && known.Scale == scale.Version && !known.State.IsFaulted) return await known.State.WaitAsync(cancel);
        var state = ReadAsync(day, scale);
        _today = (day, scale.Version, state);
        return await state.WaitAsync(cancel);
    }

    private async Task<GroupingState> ReadAsync(DateOnly day, RfmScaleVersion scale)
    {
        var row = scale.Scale.IsFixed ? Row.Of(scale.Scale, clock.StartOf(day.AddDays(1))) : await database.FirstOrDefaultAsync<Row>(Bounds) ?? new Row();
        return new GroupingState(Key, string.Create(CultureInfo.InvariantCulture, $"{scale.Version}/{day:O}"), RfmGroups.All, () => text["Rfm.Short"], group => text["G." + group], (profiles, value) => $"""
            select person, case {string.Join(" ", Groups())} end as grp from (
                select p.user_id as person, {Score("p.last_order_at", [row.R2, row.R3, row.R4, row.R5], value)} as r,
                    ({Score("p.orders", [row.F2, row.F3, row.F4, row.F5], value)} + {Score("(p.revenue - p.refunded)", [row.M2, row.M3, row.M4, row.M5], value)} + 1) as fm
                from {profiles} p where p.orders > 0) s
            """);
    }

    private static string Score(string expression, IReadOnlyList<object?> bounds, Func<object, string> value) =>
        "(1" + string.Concat(bounds.OfType<object>().Select(b => $" + case when {expression} >= {value(b)} then 1 else 0 end")) + ")";

    /// <summary>One line for each pair of scores; <c>fm</c> is F + M + 1, whose half, rounded down, decides.</summary>
    private static IEnumerable<string> Groups() =>
        from name in RfmGroups.All
        from r in Enumerable.Range(1, 5)
        from mean in Enumerable.Range(1, 5)
        where RfmGroups.Of(r, mean, mean) == name
        select $"when r = {r} and fm in ({2 * mean}, {2 * mean + 1}) then '{name}'";
}
