using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Quality;

/// <summary>How many events of each source were refused.</summary>
internal sealed class RejectCounts(Database database)
{
    private const string Counts = "select source_id as Source, count(*) as Count from rejects where received_at >= @From group by source_id";

    private sealed record SourceCount(string Source, long Count);

    /// <summary>Refused and kept since an instant.</summary>
    public async Task<IReadOnlyDictionary<string, long>> BySourceAsync(DateTimeOffset from, CancellationToken cancel) =>
        (await database.QueryAsync<SourceCount>(Counts, new { From = from }, cancel)).ToDictionary(c => c.Source, c => c.Count);
}
