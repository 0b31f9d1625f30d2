using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Segments;

/// <summary>
/// Recency, frequency and money of everybody who ordered, computed from the orders as they were at any instant, so that a
/// movement needs no history of its own. Scores are fifths of the percent rank (equal customers get equal scores).
/// </summary>
/// <remarks>Hughes, "Strategic Database Marketing" (1994), with ties kept together.</remarks>
public sealed class RfmService(Database database, ShopClock clock, IOptions<ShopOptions> shop)
{
    private static string Scores(string asOf) => $"""
        select person, m, least(5, 1 + cast(floor(percent_rank() over (order by last_at) * 5) as integer)) as rs,
            least(5, 1 + cast(floor(percent_rank() over (order by n) * 5) as integer)) as fs,
            least(5, 1 + cast(floor(percent_rank() over (order by m) * 5) as integer)) as ms
        from (
            select coalesce(i.user_id, x.user_id) as person, max(x.last_at) as last_at, sum(x.n) as n, sum(x.m) as m
            from (
                select user_id, max(case when name = 'Order Completed' then occurred_at end) as last_at, count(*) filter (where name = 'Order Completed') as n,
                    sum(case when currency is null or currency = @Currency then coalesce(revenue, 0) else 0 end) as m
                from events where user_id is not null and type = 'track' and name in ('Order Completed', 'Order Refunded') and occurred_at < {asOf} group by user_id) x
            left join identities i on i.alias = x.user_id group by coalesce(i.user_id, x.user_id)) o
        where o.n > 0
        """;

    private static readonly string Cells = $"""
        select rs as R, fs as F, ms as M, count(*) as People, cast(sum(m) as decimal(28, 4)) as Revenue from ({Scores("@AsOf")}) s group by rs, fs, ms
        """;

    private static readonly string Moves = $"""
        select b.rs as Rb, b.fs as Fb, b.ms as Mb, n.rs as Rn, n.fs as Fn, n.ms as Mn, count(*) as People
        from ({Scores("@AsOf")}) n left join ({Scores("@Since")}) b on b.person = n.person group by 1, 2, 3, 4, 5, 6
        """;

    private const string LastOrder = "select last_order_at from profiles where last_order_at is not null order by last_order_at desc limit 1";

    private sealed record Move(int? Rb, int? Fb, int? Mb, int Rn, int Fn, int Mn, long People);

    /// <summary>The shop day to look at when none is chosen: today, or the last one with an order where the history ends earlier.</summary>
    public async Task<DateOnly> LastDayAsync(CancellationToken cancel = default) =>
        await database.FirstOrDefaultAsync<DateTimeOffset?>(LastOrder, null, cancel) is { } last && clock.DateOf(last) < clock.Today ? clock.DateOf(last) : clock.Today;

    /// <param name="day">The last shop day whose orders count.</param>
    /// <param name="days">Movement since so many shop days before.</param>
    public async Task<RfmReport> ReportAsync(DateOnly day, int days, CancellationToken cancel = default)
    {
        var arguments = new { AsOf = clock.StartOf(day.AddDays(1)), Since = clock.StartOf(day.AddDays(1 - days)), shop.Value.Currency };
        var cells = await database.QueryAsync<RfmCell>(Cells, arguments, cancel);
        var moves = await database.QueryAsync<Move>(Moves, arguments, cancel);
        return new RfmReport(arguments.AsOf, arguments.Since, cells, [.. moves
            .GroupBy(m => (From: m.Rb is { } r ? RfmGroups.Of(r, m.Fb!.Value, m.Mb!.Value) : null, To: RfmGroups.Of(m.Rn, m.Fn, m.Mn)))
            .Select(g => new RfmMove(g.Key.From, g.Key.To, g.Sum(m => m.People)))]);
    }
}
