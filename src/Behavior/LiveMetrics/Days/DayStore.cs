using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>
/// Writes the summaries of days, and of hours, which are short ones. A day is first claimed between two commits: whatever is stored before is read by the summary, and
/// whatever comes after finds the claim and takes it off, so that the summary, which is made beside the commits, ends without a mark.
/// </summary>
internal sealed class DayStore(Database database, EventWriter writer, StaleDays stale)
{
    private const string Earlier = "select exists (select 1 from events where occurred_at >= @From and occurred_at < @To)";

    private const string Made = "select day as At, ends as Ends from summarised_days where made_at is not null and zone = @Zone";

    private static readonly string[] Tables = ["day_visits", "day_counts", "day_ranks", "day_products"];

    // Days that were cut otherwise, or into hours, and what is under them: no row may outlive its day, which is how erasure finds it.
    private static readonly string[] RemoveOthers =
    [
        .. Tables.Select(table => $"delete from {table} where day in (select day from summarised_days where {CutOtherwise})"),
        $"delete from summarised_days where {CutOtherwise} and day <> @From",
    ];

    private const string CutOtherwise = "day < @To and ends > @From and (day <> @From or ends <> @To)";

    private const string Claim = """
        insert into summarised_days (day, ends, zone, run) values (@From, @To, @Zone, @Run)
        on conflict (day) do update set ends = excluded.ends, zone = excluded.zone, run = excluded.run, made_at = null
        """;

    private static readonly string[] Fill =
    [
        .. Tables.Select(table => $"delete from {table} where day >= @From and day < @To"),
        $"""
        insert into day_visits (day, user_id, session_id, cart, checkout, ordered, bought)
        with {KpiParts.Events(KpiParts.VisitColumns)} select @From, v.* from ({KpiParts.Visits}) v
        """,
        $"""
        insert into day_counts (day, currency, events, views, orders, units, gross, refunds, adjustments, searches, unmet, amounts)
        with {KpiParts.Events(KpiParts.CountColumns)} {KpiParts.Counts("cast(@From as timestamptz)")}
        """,
        $"""
        insert into day_ranks (day, kind, name, currency, times, units, revenue)
        with {KpiParts.Events(KpiParts.RankColumns)} select @From, r.* from ({KpiParts.Ranks}) r
        """,
        $"""
        insert into day_products (day, product_id, currency, category, seen, views, lines, units, revenue)
        with {KpiParts.Events(KpiParts.ProductColumns)} select @From, p.* from ({KpiParts.Products}) p
        """,
    ];

    private const string Mark = """
        update summarised_days set made_at = @Now, sessions = (select count(distinct session_id) from events where occurred_at >= @From and occurred_at < @To and type <> 'item')
        where day = @From and run = @Run
        """;

    /// <summary>Whether anything happened in a stretch of time.</summary>
    public Task<bool> AnyAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancel) => database.ScalarAsync<bool>(Earlier, new { From = from, To = to }, cancel);

    /// <returns>The days and hours whose summaries count.</returns>
    public async Task<HashSet<TimeRange>> MadeAsync(string zone, CancellationToken cancel) => [.. (await database.QueryAsync<Day>(Made, new { Zone = zone }, cancel)).Select(d => new TimeRange(d.At, d.Ends))];

    /// <summary>From here on an event of the day takes the claim off again.</summary>
    /// <returns>The name of the claim.</returns>
    public async Task<string> ClaimAsync(TimeRange day, string zone)
    {
        var run = Guid.NewGuid().ToString("N");
        stale.Summarised(day.To);
        await writer.BetweenCommitsAsync(async session =>
        {
            foreach (var statement in RemoveOthers) await session.ExecuteAsync(statement, new { day.From, day.To });
            await session.ExecuteAsync(Claim, new { day.From, day.To, Zone = zone, Run = run });
        });
        return run;
    }

    /// <returns>False when an event of the day came or went since the claim: nothing was written.</returns>
    public async Task<bool> FillAsync(TimeRange day, string run, DateTimeOffset now, CancellationToken cancel)
    {
        try
        {
            await database.WriteAsync(async session =>
            {
                foreach (var statement in Fill) await session.ExecuteAsync(statement, new { day.From, day.To, A = day.To, B = day.To });
                if (await session.ExecuteAsync(Mark, new { day.From, day.To, Run = run, Now = now }) == 0) throw new OvertakenException();
            }, cancel);
            return true;
        }
        catch (OvertakenException)
        {
            return false;
        }
    }

    private sealed record Day(DateTimeOffset At, DateTimeOffset Ends);

    /// <summary>Takes the transaction back.</summary>
    private sealed class OvertakenException : Exception;
}
