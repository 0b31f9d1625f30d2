namespace BehaviorDashboard.Catalog;

/// <summary>What a product is to those who buy it in.</summary>
/// <param name="Stock">As last counted, at <paramref name="StockAt"/>.</param>
/// <param name="LeadDays">From order to arrival, on average; null where nobody said.</param>
/// <param name="LeadSpread">Standard deviation of that, in days.</param>
/// <param name="ParentId">What variants have in common: the product they are variants of, or a key of their own, such as a shop's handle.</param>
public sealed record SupplyTerms(string Id, string Title, string? Category, string? Brand, decimal? Price, decimal? Cost, string? Currency, long? Stock, DateTimeOffset? StockAt,
    string? Supplier, double? LeadDays, double? LeadSpread, int? PackSize, int? MinimumOrder, string? ParentId, string? Variant, DateTimeOffset CreatedAt);

/// <summary>What is to be different about a product; null leaves a value as it is. An empty parent or variant takes it away.</summary>
public sealed record TermsChange(string Id, string? Title = null, string? Category = null, decimal? Price = null, decimal? Cost = null, long? Stock = null, string? Supplier = null,
    double? LeadDays = null, double? LeadSpread = null, int? PackSize = null, int? MinimumOrder = null, string? ParentId = null, string? Variant = null);

/// <summary>Units on their way.</summary>
/// <param name="Received">Of the quantity, so far.</param>
/// <param name="Status">open, received or cancelled.</param>
public sealed record Inbound(int Id, string ProductId, long Quantity, long Received, DateTimeOffset OrderedAt, DateTimeOffset ExpectedAt, string? Supplier, string Status, string Reference)
{
    public long Missing => Math.Max(0, Quantity - Received);
}

/// <summary>Units to be put on their way.</summary>
public sealed record InboundDraft(string ProductId, long Quantity, DateTimeOffset ExpectedAt, string? Supplier, string Reference);

/// <summary>Stock as it was counted.</summary>
public sealed record StockChange(string ProductId, DateTimeOffset ChangedAt, long OnHand, string Reason);

/// <summary>A value of a table or file that cannot be used.</summary>
/// <param name="Line">As the reader counts them, the header is 1; 0 where there are no lines.</param>
public sealed record TermsProblem(int Line, string Field, string Value, string Reason);

/// <param name="ToAt">Null while it lasts.</param>
public sealed record SoldOut(string ProductId, DateTimeOffset FromAt, DateTimeOffset? ToAt);
