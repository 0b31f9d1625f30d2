using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>
/// Shop days whose events are summarised, and hours of those that are not over, for whoever adds them up: events are read only before and after them. The stretch and what is
/// read of it must be of one moment (<see cref="Database.SnapshotAsync"/>).
/// </summary>
public sealed class SummarisedDays
{
    /// <summary>
    /// Expressions for <c>with</c> that end in <c>product_days</c>: what happened to products in [@From, @To), where [@A, @B) is summarised, in
    /// rows that can be added up, several a product: product_id, currency, category, seen, views, lines of orders, and their units and revenue, null for none.
    /// </summary>
    public static readonly string Products = $"{KpiParts.Events(KpiParts.ProductColumns)}, product_days as ({KpiParts.ProductsAndDays})";

    private const string Days = "select day as At, ends as Ends from summarised_days where made_at is not null and zone = @Zone and day >= @From and ends <= @To order by day";

    private readonly ShopClock _clock;

    internal SummarisedDays(ShopClock clock) => _clock = clock;

    /// <returns>The longest stretch of summarised days and hours in the range; an empty one at its end where there is none.</returns>
    public async Task<TimeRange> StretchAsync(Session session, TimeRange range)
    {
        var best = new TimeRange(range.To, range.To);
        var run = best;
        foreach (var day in await session.QueryAsync<Day>(Days, new { range.From, range.To, Zone = _clock.ZoneName }))
        {
            run = new TimeRange(day.At == run.To ? run.From : day.At, day.Ends);
            if (run.Length > best.Length) best = run;
        }
        return best;
    }

    private sealed record Day(DateTimeOffset At, DateTimeOffset Ends);
}
