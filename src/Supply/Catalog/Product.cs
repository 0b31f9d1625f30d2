namespace BehaviorDashboard.Catalog;

/// <summary>A product of the catalogue or of the events, with what a range of time did to it.</summary>
/// <param name="Title">Null while only events name the product.</param>
/// <param name="Units">Units of completed orders in the range, before returns.</param>
/// <param name="Revenue">Their price in the shop's currency, before returns.</param>
/// <param name="LastSeen">Its newest event of the range; null when there was none.</param>
public sealed record Product(string Id, string? Title, string? Category, decimal? Price, string? Currency, long? Stock, long Units, decimal Revenue, long Views, DateTimeOffset? LastSeen);

/// <summary>Which products, in which order.</summary>
public sealed record ProductQuery
{
    /// <summary>Orders a list can have; the first is the default.</summary>
    public static IReadOnlyList<string> Sorts { get; } = ["sold", "seen", "title", "stock"];

    /// <summary>Part of a title, an id or a category.</summary>
    public string Text { get; init; } = "";

    /// <summary>One of <see cref="Sorts"/>: most sold, last seen, by title, or lowest stock first.</summary>
    public string Sort { get; init; } = Sorts[0];

    /// <summary>The last line of the page before.</summary>
    public string? After { get; init; }

    public int Limit { get; init; } = 50;
}

/// <summary>A page of products.</summary>
/// <param name="Next">Hand it back as <see cref="ProductQuery.After"/>; null at the end.</param>
public sealed record ProductPage(IReadOnlyList<Product> Products, string? Next);

/// <summary>What all products that match come to.</summary>
public sealed record ProductTotals(long Products, long Units);
