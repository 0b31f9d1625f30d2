using BehaviorDashboard.Catalog;
using BehaviorDashboard.Forecasting;

namespace BehaviorDashboard.Inventory;

/// <summary>One product as those see it who keep shelves full.</summary>
/// <param name="OnHand">Now: as last counted, less what was sold since; null where it was never counted.</param>
/// <param name="Class">AX to CZ.</param>
/// <param name="Target">Share of demand to be served.</param>
/// <param name="LostMoney">What the lost units would have earned: units × (price − cost), or × price where cost is not known.</param>
/// <param name="ExcessUnits">Beyond what will be sold within the days that count as sensible.</param>
/// <param name="KeepingCost">What keeping the excess until it is sold costs, or for two years where it is not.</param>
/// <param name="SeasonEnds">Less is ordered than the forecast asks for, because the same weeks of last year say that a season ends.</param>
/// <param name="LastSensible">Latest day to begin selling the excess at twice its pace and be rid of it in time; null without excess.</param>
public sealed record StockStatus(SupplyTerms Terms, double? OnHand, IReadOnlyList<Inbound> Inbound, ProductForecast? Forecast, string Class, double Target, StockPlan? Plan,
    DateTimeOffset AsOf, DateTimeOffset? HoldUntil, string? HoldReason, decimal LostMoney, double ExcessUnits, decimal ExcessMoney, DateTimeOffset? LastSensible, decimal KeepingCost = 0, bool SeasonEnds = false)
{
    public string Id => Terms.Id;

    public bool OnHold => HoldUntil > AsOf;

    public double LeadDays(InventoryOptions options) => Terms.LeadDays ?? options.DefaultLeadDays;

    public DateTimeOffset? SoldOutOn => Plan?.SoldOutDay is { } day ? AsOf.AddDays(day) : null;

    public DateTimeOffset? LastSafeOrder => Plan?.LastSafeDay is { } day ? AsOf.AddDays(Math.Max(0, day)) : null;

    /// <summary>An order placed now arrives after the stock has likely run shorter than the target allows.</summary>
    public bool IsLate => Plan is { LastSafeDay: < 0 } plan && plan.Chance > 1 - Target;
}

/// <summary>What was bought and said of one product, read from the events.</summary>
/// <param name="Reviews">How many there are; <paramref name="MeanRating"/>: their mean stars.</param>
/// <param name="Buyers">Of the last days.</param>
/// <param name="Weeks">Units sold in each week and what was wanted, oldest first.</param>
/// <param name="Days">Units sold on each day, oldest first.</param>
public sealed record ProductPast(long Reviews, double? MeanRating, Buyers Buyers, IReadOnlyList<(DateTimeOffset Start, double Sold, double Demand)> Weeks, IReadOnlyList<(DateTimeOffset Start, double Sold)> Days)
{
    /// <summary>How far back people who bought are counted, in days.</summary>
    public const int BuyerDays = 90;

    internal const int ShownWeeks = 26, ShownDays = 56;
}

/// <summary>Who buys a product.</summary>
/// <param name="Again">Of the people, those who ordered it more than once.</param>
/// <param name="Fresh">Of the people, those who had never ordered anything before.</param>
public sealed record Buyers(long People, long Again, long Fresh, double? UnitsEach);

/// <summary>What a stretch of time needs of a product and what will be there: what a campaign's promise rests on.</summary>
/// <param name="Arrivals">Units on their way that arrive before the end.</param>
/// <param name="Mean">Units expected to be sold in the stretch without the campaign.</param>
/// <param name="ChanceSoldOut">Of selling out before the end, the extra units included.</param>
/// <param name="ExpectedShort">Units expected to be wanted and not there by the end, the extra units included.</param>
/// <param name="FreeUnits">Extra units that can be promised while the chance of selling out stays below one in ten.</param>
/// <param name="LastSafeOrder">Latest day to order more so that it arrives before the stock runs short; null when none is needed.</param>
public sealed record ProductOutlook(string ProductId, string Title, double? OnHand, double Arrivals, double Mean, double Q10, double Q50, double Q90, double Q95, double ExtraUnits, double ChanceSoldOut, double ExpectedShort,
    double FreeUnits, DateTimeOffset? SoldOutOn, DateTimeOffset? LastSafeOrder, double LeadDays, DateTimeOffset AsOf);
