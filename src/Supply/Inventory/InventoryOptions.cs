using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.Inventory;

/// <summary>How stock is kept. Section <c>Inventory</c>.</summary>
public sealed record InventoryOptions
{
    public const string Section = "Inventory";

    /// <summary>Days from order to arrival of products for which nobody said.</summary>
    [Range(0.5, 365)]
    public double DefaultLeadDays { get; init; } = 14;

    /// <summary>Days between two looks at what has to be ordered.</summary>
    [Range(1, 60)]
    public int ReviewDays { get; init; } = 7;

    /// <summary>Days of demand an order brings, at least.</summary>
    [Range(1, 365)]
    public int CycleDays { get; init; } = 21;

    /// <summary>Stock that will not be sold within so many days is excess.</summary>
    [Range(14, 730)]
    public int ExcessDays { get; init; } = 120;

    /// <summary>What a unit of money lying on the shelf costs in a year: interest, room, ageing.</summary>
    [Range(0, 2)]
    public double HoldingCost { get; init; } = 0.25;

    /// <summary>Money that proposals made in one night may come to, in the shop's currency; 0 for no limit.</summary>
    [Range(0, 1e12)]
    public decimal Budget { get; init; }

    /// <summary>Days for which snapshots of single products are kept.</summary>
    [Range(7, 730)]
    public int KeptDays { get; init; } = 90;
}
