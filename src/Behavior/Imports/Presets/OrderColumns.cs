namespace BehaviorDashboard.Imports;

/// <summary>Which columns of an order export say what; the first that is there counts.</summary>
internal sealed record OrderColumns
{
    public required string[] OrderId { get; init; }
    public required string[] CreatedAt { get; init; }
    public string[] CustomerId { get; init; } = [];
    public string[] Email { get; init; } = [];
    public string[] CustomerName { get; init; } = [];
    public string[] Country { get; init; } = [];
    public string[] Currency { get; init; } = [];
    public string[] Subtotal { get; init; } = [];
    public string[] Total { get; init; } = [];
    public string[] Tax { get; init; } = [];
    public string[] Shipping { get; init; } = [];
    public string[] Refunded { get; init; } = [];
    public string[] Status { get; init; } = [];
    public string[] LineName { get; init; } = [];
    public string[] LineId { get; init; } = [];
    public string[] LinePrice { get; init; } = [];
    public string[] LineQuantity { get; init; } = [];
    public string[] LineCategory { get; init; } = [];

    public Layout Layout(params IReadOnlyList<string[]> known) => new(known, [.. Subtotal, .. Total, .. Tax, .. Shipping, .. Refunded, .. LinePrice, .. LineQuantity], CreatedAt);
}
