using System.Text.Json;

namespace BehaviorDashboard.Recommendations;

/// <summary>
/// How relevance is weighed against what else the shop wants. The score of a product is
/// <c>relevance × margin^Margin × P(in stock)^Stock</c>, then greedy selection trades it against likeness to what is already
/// in the list (maximal marginal relevance, Carbonell and Goldstein, SIGIR 1998).
/// </summary>
public sealed record RankingPolicy
{
    /// <summary>0 to 1: the exponent of the product's margin over the mean margin.</summary>
    public double Margin { get; init; } = 0.15;

    /// <summary>0 to 1: the exponent of the chance that the product is still in stock at delivery.</summary>
    public double Stock { get; init; } = 0.5;

    /// <summary>0 to 1: how much likeness to what is in the list already costs.</summary>
    public double Diversity { get; init; } = 0.25;

    /// <summary>0 to 1: how much what happened in this visit outweighs the long history.</summary>
    public double Fresh { get; init; } = 0.5;

    /// <summary>Products of one category, and of one brand, that a list has at most; 0: any number.</summary>
    public int CategoryCap { get; init; }

    public int BrandCap { get; init; }

    /// <summary>Days for which a bought product is not shown to its buyer; 0: at once again.</summary>
    public int BoughtDays { get; init; } = 30;

    /// <summary>Whether products without stock are left out.</summary>
    public bool InStockOnly { get; init; } = true;

    /// <summary>What is wrong, one line a field; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        foreach (var (name, value) in new[] { (nameof(Margin), Margin), (nameof(Stock), Stock), (nameof(Diversity), Diversity), (nameof(Fresh), Fresh) })
            if (!(value is >= 0 and <= 1)) problems.Add($"{name} is between 0 and 1.");
        if (CategoryCap is < 0 or > 50) problems.Add($"{nameof(CategoryCap)} is between 0 and 50.");
        if (BrandCap is < 0 or > 50) problems.Add($"{nameof(BrandCap)} is between 0 and 50.");
        if (BoughtDays is < 0 or > 3650) problems.Add($"{nameof(BoughtDays)} is between 0 and 3650.");
        return problems;
    }

    public string Write() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static RankingPolicy Read(string json) => JsonSerializer.Deserialize<RankingPolicy>(json, JsonSerializerOptions.Web) ?? new RankingPolicy();
}

/// <summary>A named policy.</summary>
/// <param name="Version">Grows with every change.</param>
public sealed record Strategy(int Id, string Name, RankingPolicy Policy, int Version, bool IsDefault, DateTimeOffset UpdatedAt);

/// <summary>A decision about one product, or about a category, for a time.</summary>
/// <param name="Kind">pin, exclude or demote.</param>
/// <param name="Placement">Null: everywhere.</param>
/// <param name="Factor">What demote multiplies the score by, between 0 and 1.</param>
public sealed record Override(int Id, string Kind, string? ProductId, string? Category, string? Placement, double Factor, string Reason, string Cause, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    public const string Pin = "pin", Exclude = "exclude", Demote = "demote";

    public static IReadOnlyList<string> Kinds { get; } = [Pin, Exclude, Demote];

    public bool IsFor(string placement, DateTimeOffset now) => (Placement is null || Placement == placement) && (ExpiresAt is null || ExpiresAt > now);

    public bool Matches(string productId, string? category) => ProductId is not null ? ProductId == productId : Category is not null && Category == category;
}
