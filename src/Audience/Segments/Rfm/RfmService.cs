using BehaviorDashboard.Ids;
using BehaviorDashboard.Reports;
using BehaviorDashboard.Storage;
using Dapper;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Segments;

/// <summary>What is asked of orders: as of the end of a shop day, with movement since so many days before.</summary>
/// <param name="Scale">Version of the scale; another one is another report.</param>
public sealed record RfmQuestion(DateOnly Day, int Days, int Scale);

/// <summary>
/// Recency, frequency and money of everybody who ordered, computed from the orders as they were at any instant, so that a
/// movement needs no history of its own. Scores are fifths of the percent rank
/// (equal customers get equal scores), or follow bounds somebody chose.
/// </summary>
/// <remarks>Hughes, "Strategic Database Marketing" (1994), with ties kept together.</remarks>
public sealed class RfmService
{
    private readonly Database _database;
    private readonly RfmScales _scales;
    private readonly ShopClock _clock;
    private readonly IOptions<ShopOptions> _shop;

    public RfmService(Database database, RfmScales scales, KeptReports kept, ShopClock clock, IOptions<ShopOptions> shop)
    {
        (_database, _scales, _clock, _shop) = (database, scales, clock, shop);
        Reports = new KeptReport<RfmQuestion, RfmReport>(kept, (asked, cancel) => ReportAsync(asked.Day, asked.Days, cancel));
    }

    /// <summary>Who stands where, and who moved.</summary>
    public KeptReport<RfmQuestion, RfmReport> Reports { get; }

    /// <param name="name">Of the instants parameters: the end of the orders, and what <see cref="Bind"/> binds with it.</param>
    private static string Scores(RfmScale scale, string name) => $"""
        select person, m, n, last_at, {Score(scale, "last_at", name + "R")} as rs, {Score(scale, "n", "F")} as fs, {Score(scale, "m", "M")} as ms
        from (
            select coalesce(i.user_id, x.user_id) as person, max(x.last_at) as last_at, sum(x.n) as n, sum(x.m) as m
            from (
                select user_id, max(case when name = 'Order Completed' then occurred_at end) as last_at, count(*) filter (where name = 'Order Completed') as n,
                    sum(case when currency is null or currency = @Currency then coalesce(revenue, 0) else 0 end) as m
                from events where user_id <> '' and type = 'track' and name in ('Order Completed', 'Order Refunded') and occurred_at < @{name} group by user_id) x
            left join identities i on i.alias = x.user_id group by coalesce(i.user_id, x.user_id)) o
        where o.n > 0
        """;

    private static string Score(RfmScale scale, string column, string bound) => scale.IsFixed
        ? "(1" + string.Concat(Enumerable.Range(2, 4).Select(n => $" + case when {column} >= @{bound}{n} then 1 else 0 end")) + ")"
        : $"least(5, 1 + cast(floor(percent_rank() over (order by {column}) * 5) as integer))";

    private static void Bind(DynamicParameters parameters, RfmScale scale, string name, DateTimeOffset end)
    {
        parameters.Add(name, end);
        if (!scale.IsFixed) return;
        foreach (var (bound, i) in scale.Since(end).Select((b, i) => (b, i))) parameters.Add($"{name}R{i + 2}", bound);
    }

    private static string Cells(RfmScale scale) => $"""
        select rs as R, fs as F, ms as M, count(*) as People, cast(sum(m) as decimal(28, 4)) as Revenue, min(last_at) as FirstAt, cast(min(n) as bigint) as Orders, cast(min(m) as decimal(28, 4)) as Money
        from ({Scores(scale, "AsOf")}) s group by rs, fs, ms
        """;

    private static string Moves(RfmScale scale) => $"""
        select b.rs as Rb, b.fs as Fb, b.ms as Mb, n.rs as Rn, n.fs as Fn, n.ms as Mn, count(*) as People
        from ({Scores(scale, "AsOf")}) n left join ({Scores(scale, "Since")}) b on b.person = n.person group by 1, 2, 3, 4, 5, 6
        """;

    private const string LastOrder = "select last_order_at from profiles where last_order_at is not null order by last_order_at desc limit 1";

    private const string Foreign = """
        select count(*) from events where user_id <> '' and type = 'track' and name = 'Order Completed' and currency is not null and currency <> @Currency and occurred_at < @AsOf
        """;

    private sealed record Move(int? Rb, int? Fb, int? Mb, int Rn, int Fn, int Mn, long People);

    /// <summary>By the scale in use now.</summary>
    public async Task<RfmQuestion> AskAsync(DateOnly day, int days, CancellationToken cancel = default) => new(day, days, (await _scales.CurrentAsync(cancel)).Version);

    /// <summary>The shop day to look at when none is chosen: today, or the last one with an order where the history ends earlier.</summary>
    public async Task<DateOnly> LastDayAsync(CancellationToken cancel = default) =>
        await _database.FirstOrDefaultAsync<DateTimeOffset?>(LastOrder, null, cancel) is { } last && _clock.DateOf(last) < _clock.Today ? _clock.DateOf(last) : _clock.Today;

    /// <param name="day">The last shop day whose orders count.</param>
    /// <param name="days">Movement since so many shop days before.</param>
    internal async Task<RfmReport> ReportAsync(DateOnly day, int days, CancellationToken cancel = default)
    {
        var version = await _scales.CurrentAsync(cancel);
        var (scale, asOf, since) = (version.Scale, _clock.StartOf(day.AddDays(1)), _clock.StartOf(day.AddDays(1 - days)));
        var parameters = new DynamicParameters(new { _shop.Value.Currency });
        Bind(parameters, scale, "AsOf", asOf);
        Bind(parameters, scale, "Since", since);
        for (var i = 0; scale.IsFixed && i < 4; i++)
        {
            parameters.Add($"F{i + 2}", scale.OrdersFrom[i]);
            parameters.Add($"M{i + 2}", scale.MoneyFrom[i]);
        }
        var cells = await _database.QueryAsync<RfmCell>(Cells(scale), parameters, cancel);
        var moves = await _database.QueryAsync<Move>(Moves(scale), parameters, cancel);
        return new RfmReport(asOf, since, cells, [.. moves
            .GroupBy(m => (From: m.Rb is { } r ? RfmGroups.Of(r, m.Fb!.Value, m.Mb!.Value) : null, To: RfmGroups.Of(m.Rn, m.Fn, m.Mn)))
            .Select(g => new RfmMove(g.Key.From, g.Key.To, g.Sum(m => m.People)))], version) { Foreign = await _database.ScalarAsync<long>(Foreign, new { _shop.Value.Currency, AsOf = asOf }, cancel) };
    }
}
