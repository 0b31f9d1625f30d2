using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Segments.Pages;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Segments;

/// <summary>Sizes of segments and who came and went, for those who watch figures. The past is read from the stays, so it is what was told then.</summary>
internal sealed class SegmentKpis(Database database, SegmentStore store, MembershipKeeper keeper, IStringLocalizer<SegmentsText> text) : IKpiSource
{
    private const string Size = "size";
    private const string Entered = "entered_day";
    private const string Left = "left_day";

    private const string SizeAt = "select count(*) from segment_members where segment_id = @Id and entered_at <= @At and (left_at is null or left_at > @At)";

    private const string EnteredUntil = "select count(*) from segment_members where segment_id = @Id and entered_at > @From and entered_at <= @At";

    private const string LeftUntil = "select count(*) from segment_members where segment_id = @Id and left_at > @From and left_at <= @At";

    // Arrivals and departures in a range, a row a second at which there were any.
    private static readonly string Moves = $"""
        select second as Second, cast(sum(came) as bigint) as Came, cast(sum(went) as bigint) as Went from (
            select {Dialect.EpochSeconds("entered_at")} as second, 1 as came, 0 as went from segment_members where segment_id = @Id and entered_at > @From and entered_at <= @To
            union all
            select {Dialect.EpochSeconds("left_at")}, 0, 1 from segment_members where segment_id = @Id and left_at > @From and left_at <= @To) m
        group by second order by second
        """;

    private const string FirstStay = "select min(entered_at) from segment_members where segment_id = @Id";

    private sealed record Move(long Second, long Came, long Went);

    public string Source => "segment";

    public Signal? Changed => keeper.Changed;

    public IReadOnlyList<WatchedKpi> Kpis { get; } =
    [
        new(Size, () => text["Kpi.size"], "count", true), new(Entered, () => text["Kpi.entered_day"], "count", true), new(Left, () => text["Kpi.left_day"], "count", true),
    ];

    public async Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string wanted, int limit, CancellationToken cancel = default) =>
        [.. (await store.AllAsync(cancel)).Where(s => s.Status == "active" && s.Name.Contains(wanted.Trim(), StringComparison.OrdinalIgnoreCase)).Take(limit)
            .Select(s => new WatchedObject(s.Id.ToString(CultureInfo.InvariantCulture), s.Name, $"segments/{s.Id}"))];

    public async Task<KpiReading?> ReadAsync(KpiName kpi, DateTimeOffset at, CancellationToken cancel = default)
    {
        if (await KnownAsync(kpi, cancel) is not { } known || at < known.From) return null;
        if (at > known.Until) at = known.Until;
        var sql = kpi.Key switch { Size => SizeAt, Entered => EnteredUntil, Left => LeftUntil, _ => null };
        return sql is null ? null : new KpiReading(await database.ScalarAsync<long>(sql, new { known.Id, At = at, From = at.AddDays(-1) }, cancel), at);
    }

    public async Task<IReadOnlyList<KpiReading>> HistoryAsync(KpiName kpi, TimeRange range, TimeSpan step, CancellationToken cancel = default)
    {
        if (step <= TimeSpan.Zero || kpi.Key is not (Size or Entered or Left) || await KnownAsync(kpi, cancel) is not { } known) return [];
        var from = kpi.Key == Size ? range.From : range.From.AddDays(-1);
        var (moves, size) = await database.ReadAsync(async session => (
            await session.QueryAsync<Move>(Moves, new { known.Id, From = from, range.To }),
            kpi.Key == Size ? await session.ScalarAsync<long>(SizeAt, new { known.Id, At = from }) : 0), cancel);
        var found = new List<KpiReading>();
        int next = 0, gone = 0;
        for (var at = range.From + step; at <= range.To && at <= known.Until; at += step)
        {
            for (; next < moves.Count && moves[next].Second <= at.ToUnixTimeSeconds(); next++) size += Of(moves[next]);
            if (kpi.Key != Size)
                for (; gone < next && moves[gone].Second <= at.AddDays(-1).ToUnixTimeSeconds(); gone++) size -= Of(moves[gone]);
            if (at >= known.From) found.Add(new KpiReading(size, at));
        }
        return found;

        long Of(Move move) => kpi.Key switch { Size => move.Came - move.Went, Entered => move.Came, _ => move.Went };
    }

    /// <summary>From the first stay to the last complete pass the figures of a segment are known.</summary>
    private async Task<(int Id, DateTimeOffset From, DateTimeOffset Until)?> KnownAsync(KpiName kpi, CancellationToken cancel)
    {
        if (!int.TryParse(kpi.ObjectId, CultureInfo.InvariantCulture, out var id) || await store.FindAsync(id, cancel) is not { } segment) return null;
        var until = keeper.AsOf(segment) ?? segment.AsOf;
        return until is { } last && await database.FirstOrDefaultAsync<DateTimeOffset?>(FirstStay, new { Id = id }, cancel) is { } first ? (id, first, last) : null;
    }
}
