namespace BehaviorDashboard.Predictions;

/// <summary>How one customer has bought up to an instant, in the words of the models: everything a purchase-count model needs.</summary>
/// <param name="Repeats">x: days with an order after the first.</param>
/// <param name="LastAt">t_x: units of time from the first order to the last.</param>
/// <param name="Age">T: units of time from the first order to the instant.</param>
/// <param name="Spend">Mean spend of the repeat days; 0 without one.</param>
public readonly record struct Purchases(int Repeats, double LastAt, double Age, double Spend);

/// <summary>A day on which a customer ordered.</summary>
public readonly record struct PurchaseDay(int Day, double Units, double Value);

/// <summary>Everything a customer bought, a row a day, oldest first.</summary>
public sealed record PurchaseHistory(string Customer, IReadOnlyList<PurchaseDay> Days)
{
    /// <summary>Days of a unit of time: weeks, as published results count.</summary>
    public const double Week = 7;

    public int First => Days[0].Day;

    public bool Exists(int at) => Days.Count > 0 && First <= at;

    /// <summary>As it stood at the end of a day.</summary>
    public Purchases At(int day)
    {
        var (repeats, last, spend) = (0, First, 0.0);
        foreach (var d in Days)
        {
            if (d.Day > day) break;
            if (d.Day == First) continue;
            (repeats, last, spend) = (repeats + 1, d.Day, spend + d.Value);
        }
        return new Purchases(repeats, (last - First) / Week, (day - First) / Week, repeats == 0 ? 0 : spend / repeats);
    }

    /// <summary>Days with an order after one day and up to another.</summary>
    public int Count(int after, int until) => Days.Count(d => d.Day > after && d.Day <= until);

    public double Value(int after, int until) => Days.Where(d => d.Day > after && d.Day <= until).Sum(d => d.Value);

    public static IReadOnlyList<PurchaseHistory> Of(IEnumerable<(string Customer, int Day, double Units, double Value)> orders) =>
        [.. orders.GroupBy(o => o.Customer).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new PurchaseHistory(g.Key, [.. g.GroupBy(o => o.Day).OrderBy(d => d.Key).Select(d => new PurchaseDay(d.Key, d.Sum(o => o.Units), d.Sum(o => o.Value)))]))];
}
