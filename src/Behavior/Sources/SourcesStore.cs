using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Sources;

/// <summary>What the events tell of their sources.</summary>
internal sealed class SourcesStore(Database database)
{
    private const string Totals = """
        select source_id as Source, count(*) as Events, min(received_at) as First, max(received_at) as Last from events where type <> 'item' group by source_id
        """;

    private static readonly string Recent = $"""
        select source_id as Source, cast(floor(({Dialect.EpochSeconds("received_at")} - @Since) / 3600.0) as integer) as Hour, count(*) as Events, max(received_at) as Last
        from events where received_at >= @From and type <> 'item' group by 1, 2
        """;

    public sealed record Total(string Source, long Events, DateTimeOffset First, DateTimeOffset Last);

    public sealed record HourCount(string Source, int Hour, long Events, DateTimeOffset Last);

    public Task<IReadOnlyList<Total>> TotalsAsync(CancellationToken cancel) => database.QueryAsync<Total>(Totals, cancel: cancel);

    public Task<IReadOnlyList<HourCount>> RecentAsync(DateTimeOffset from, CancellationToken cancel) =>
        database.QueryAsync<HourCount>(Recent, new { From = from, Since = from.ToUnixTimeSeconds() }, cancel);
}
