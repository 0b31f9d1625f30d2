namespace BehaviorDashboard.Recommendations;

/// <summary>What a list can be.</summary>
public static class ListKinds
{
    /// <summary>For a person, from all that is known of them.</summary>
    public const string ForYou = "for_you";

    /// <summary>Like one product.</summary>
    public const string Similar = "similar";

    /// <summary>Bought in one order with one product.</summary>
    public const string BoughtTogether = "bought_together";

    /// <summary>What the person looked at last.</summary>
    public const string RecentlyViewed = "recently_viewed";

    /// <summary>What everybody touches, the newest most.</summary>
    public const string Popular = "popular";

    public static IReadOnlyList<string> All { get; } = [ForYou, Similar, BoughtTogether, RecentlyViewed, Popular];

    /// <summary>Whether the kind starts from a product.</summary>
    public static bool NeedsProduct(string kind) => kind is Similar or BoughtTogether;
}

/// <summary>A question for a list.</summary>
/// <param name="Person">Key of the person; null: nobody known.</param>
/// <param name="ProductId">Where the kind starts from a product.</param>
/// <param name="Placement">Where it stands in the shop: small letters, digits, dash and underscore.</param>
/// <param name="Strategy">A strategy by id; null: a running test decides, else the one in use.</param>
/// <param name="Policy">Tried instead of the strategy's, for the page that tunes it.</param>
/// <param name="Explain">Whether components, rules and what was left out are told.</param>
/// <param name="Counts">False for looks inside: nobody is exposed to a test by them.</param>
public sealed record RecommendationRequest(string Kind, string? Person = null, string? ProductId = null, int Limit = 10, string Placement = RecommendationRequest.AnyPlacement,
    int? Strategy = null, RankingPolicy? Policy = null, bool Explain = false, bool Counts = true)
{
    public const string AnyPlacement = "default";
    public const int MostItems = 50;

    public static bool IsPlacement(string text) => text.Length is > 0 and <= 40 && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '_');
}

/// <summary>A list and where it came from.</summary>
/// <param name="Id">Send it back with impressions and clicks: <c>placement.kind.strategy.random</c>.</param>
/// <param name="Personal">False where the list is the same for everybody: nothing known, or the person wants none of their own.</param>
/// <param name="Model">Version of the model; null before the first one.</param>
public sealed record RecommendationList(string Id, string Kind, string Placement, int Strategy, int? Experiment, bool Personal, int? Model, DateTimeOffset AsOf, IReadOnlyList<RecommendedProduct> Items, IReadOnlyList<DroppedProduct> Dropped);

/// <param name="Score">What it was ranked by; comparable within one list only.</param>
/// <param name="Why">Filled when asked for.</param>
public sealed record RecommendedProduct(string ProductId, string Title, string? Category, string? Brand, decimal? Price, string? Currency, string? Url, string? ImageUrl, double Score, Reason Reason, ScoreParts? Why = null);

/// <summary>Why a product is shown, in the words a shopper may read.</summary>
/// <param name="Code">because_viewed, because_in_cart, because_bought, similar, bought_together, popular, new, recently_viewed or pinned.</param>
/// <param name="ProductId">The product it goes back to.</param>
public sealed record Reason(string Code, string? ProductId, string? ProductTitle)
{
    public string English => Code switch
    {
        "because_viewed" => $"Because you viewed {ProductTitle}",
        "because_in_cart" => $"Because you put {ProductTitle} into your cart",
        "because_bought" => $"Because you bought {ProductTitle}",
        "similar" => $"Similar to {ProductTitle}",
        "bought_together" => $"Often bought with {ProductTitle}",
        "recently_viewed" => "You viewed this recently",
        "new" => "New in the shop",
        "pinned" => "Picked by the shop",
        _ => "Popular right now",
    };

    public string Chinese => Code switch
    {
        "because_viewed" => $"因为您浏览过“{ProductTitle}”",
        "because_in_cart" => $"因为您将“{ProductTitle}”加入了购物车",
        "because_bought" => $"因为您购买过“{ProductTitle}”",
        "similar" => $"与“{ProductTitle}”相似",
        "bought_together" => $"常与“{ProductTitle}”一起购买",
        "recently_viewed" => "您最近浏览过",
        "new" => "新品上架",
        "pinned" => "店铺精选",
        _ => "当前热门",
    };
}

/// <summary>What a score is made of.</summary>
/// <param name="Voices">By voice, in spreads above the mean product; they add up to the raw relevance.</param>
/// <param name="Relevance">0 to 1 among the candidates.</param>
/// <param name="Margin">Margin over the mean margin, 1 where unknown.</param>
/// <param name="InStock">Chance to be in stock at delivery; null where nobody said what is in stock.</param>
/// <param name="Likeness">Largest likeness to a product already above it.</param>
/// <param name="Rules">Codes of the rules that changed its place.</param>
public sealed record ScoreParts(IReadOnlyDictionary<string, double> Voices, double Relevance, double Margin, double? InStock, double Likeness, double Factor, IReadOnlyList<string> Rules);

/// <summary>A product that was near enough and is not shown.</summary>
/// <param name="Rule">out_of_stock, bought, seen, excluded, category_cap, brand_cap, less_relevant.</param>
/// <param name="Note">The reason a person gave.</param>
public sealed record DroppedProduct(string ProductId, string Title, double Relevance, string Rule, string? Note = null);
