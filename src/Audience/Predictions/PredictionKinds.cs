namespace BehaviorDashboard.Predictions;

/// <summary>The kinds of models of this slice, as the registry names them.</summary>
public static class PredictionKinds
{
    public const string Buy7 = "buy7";
    public const string Buy30 = "buy30";
    public const string Churn = "churn";
    public const string Value = "value";
    public const string NextCategory = "next_category";
    public const string Price = "price";

    public static IReadOnlyList<string> All { get; } = [Buy7, Buy30, Churn, Value, NextCategory, Price];

    /// <summary>Customers (people with an order) below which nothing is foretold.</summary>
    public const int FewestBuyers = 50;
}

/// <summary>When a customer counts as gone: no order within twice their usual gap, at least 30 and at most 90 days.</summary>
public static class ChurnHorizon
{
    public const int Shortest = 30;
    public const int Longest = 90;

    /// <param name="orders">Orders so far.</param>
    /// <param name="firstDays">Days since the first.</param>
    /// <param name="lastDays">Days since the last.</param>
    /// <param name="usual">The shop's usual gap, for who ordered once; drawn in as if it were one more gap of everybody's.</param>
    public static int Days(double orders, double firstDays, double lastDays, double usual)
    {
        var gaps = Math.Max(0, orders - 1);
        var own = (Math.Max(0, firstDays - lastDays) + usual) / (gaps + 1);
        return (int)Math.Round(Math.Clamp(2 * own, Shortest, Longest));
    }
}
