using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Predictions;

internal static class PredictionClock
{
    /// <summary>Up to when outcomes are known: the start of the shop's day, or the end of the last day with an event where the history ends earlier.</summary>
    public static DateTimeOffset End(DateTimeOffset last, ShopClock clock)
    {
        var (today, end) = (clock.StartOf(clock.DateOf(clock.Now)), clock.StartOf(clock.DateOf(last).AddDays(1)));
        return end < today ? end : today;
    }

    /// <summary>A number of a person's own that is the same in every run.</summary>
    public static int Number(string person) => person.Aggregate(17, (hash, sign) => unchecked(hash * 31 + sign)) & int.MaxValue;
}
