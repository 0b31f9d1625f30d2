using BehaviorDashboard.Inventory;

namespace BehaviorDashboard.Campaigns;

/// <summary>Whether a promoted product can be promised.</summary>
/// <param name="Expected">Units the campaign is expected to add; <paramref name="High"/> at the upper end of its band.</param>
/// <param name="Verdict">green, limit (for fewer people than meant), block (nothing is free) or unknown (no stock or no forecast is known).</param>
/// <param name="Substitute">Nearest product of the same category by price that has enough in stock.</param>
/// <param name="NextArrival">When more of it arrives next; null: nothing is on its way.</param>
public sealed record ProductPromise(ProductOutlook Outlook, double Expected, double High, string Verdict, string? Substitute, string? SubstituteTitle, DateTimeOffset? NextArrival)
{
    public bool IsScarce => Verdict is PromiseResult.Limit or PromiseResult.Block;

    /// <summary>Units that would have to be bought so that it could be promised to everybody who is meant.</summary>
    public long Missing => double.IsFinite(Outlook.FreeUnits) ? (long)Math.Ceiling(Math.Max(1, Math.Max(Expected - Outlook.FreeUnits, double.IsFinite(Outlook.ExpectedShort) ? Outlook.ExpectedShort : 0))) : 1;
}

/// <summary>Whether a campaign's products can be promised.</summary>
/// <param name="Basis">measured: from campaigns whose result is final; assumed: a quarter more orders than usual, where none is.</param>
/// <param name="Lift">Share of the people who order because of the campaign.</param>
/// <param name="UnitsPerOrder">Units of the promoted products in an order of the last 90 days; 1 where there was none.</param>
/// <param name="MostPeople">People for whom there are units enough; null: all who are meant.</param>
public sealed record PromiseResult(string Basis, double Lift, double UnitsPerOrder, IReadOnlyList<ProductPromise> Products, long? MostPeople)
{
    public const string Green = "green";
    public const string Limit = "limit";
    public const string Block = "block";
    public const string Unknown = "unknown";

    public static PromiseResult Nothing { get; } = new("assumed", 0, 1, [], null);

    public string Verdict => Products.Any(p => p.Verdict == Block) ? Block : Products.Any(p => p.Verdict == Limit) ? Limit : Products.Any(p => p.Verdict == Green) ? Green : Unknown;
}

/// <summary>What campaigns are expected to add per person written to.</summary>
internal sealed record Expectation(string Basis, double Lift, double High, double UnitsPerOrder);
