using BehaviorDashboard.Catalog;

namespace BehaviorDashboard.Inventory;

/// <summary>A price somebody or a rule thinks better. It changes nothing until it is accepted.</summary>
/// <param name="Reason">The rule, such as <c>rule:7@3</c>, or what a person wrote.</param>
public sealed record PriceSuggestion(string ProductId, decimal Price, string Reason, DateTimeOffset MadeAt)
{
    /// <summary>The rule that made it; null where a person did.</summary>
    public string? Rule => Reason.StartsWith("rule:", StringComparison.Ordinal) ? Reason.Split(':', '@')[1] : null;
}

/// <summary>A suggestion beside the product it is for.</summary>
public sealed record SuggestedPrice(PriceSuggestion Suggestion, SupplyTerms Terms)
{
    /// <summary>What a unit earns at the suggested price; null where its cost is not known.</summary>
    public decimal? Margin => Suggestion.Price - Terms.Cost;
}
