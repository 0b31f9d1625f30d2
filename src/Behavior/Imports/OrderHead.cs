using System.Globalization;
using BehaviorDashboard.Events;

namespace BehaviorDashboard.Imports;

/// <summary>The row of an order itself as it is stored.</summary>
/// <param name="Worth">Of its lines together.</param>
/// <param name="HasPiece">Whether the lines to be added are there already: a run was killed right after it had added them.</param>
internal sealed record OrderHead(string Key, decimal? Revenue, DateTimeOffset OccurredAt, decimal Worth, bool HasPiece)
{
    /// <summary>Ids by content: the same piece has the same ids whenever it comes.</summary>
    public static string LineId(Unit piece, int line) => string.Create(CultureInfo.InvariantCulture, $"{piece.Key}#{piece.Content:x16}.{line}");

    /// <summary>The order's new row and the lines that are added.</summary>
    public IEnumerable<ShopEvent> With(Unit piece)
    {
        // A stated total is the whole order's; sums of lines add up, unless what is there was stated.
        var revenue = !piece.SumOfLines ? piece.Revenue : Revenue is null || Math.Abs(Revenue.Value - Worth) < 0.01m ? (Revenue ?? 0) + piece.Revenue : Revenue;
        yield return Copy(piece.Events[0], Key, revenue);
        for (var i = 1; i < piece.Events.Count; i++) yield return Copy(piece.Events[i], LineId(piece, i), piece.Events[i].Revenue);
    }

    private ShopEvent Copy(ShopEvent e, string id, decimal? revenue) => new()
    {
        MessageId = id,
        ReceivedAt = e.ReceivedAt,
        OccurredAt = OccurredAt,
        Type = e.Type,
        Name = e.Name,
        SourceId = e.SourceId,
        UserId = e.UserId,
        OutsideSessions = true,
        OrderId = e.OrderId,
        Currency = e.Currency,
        Revenue = revenue,
        ProductId = e.ProductId,
        Category = e.Category,
        Price = e.Price,
        Quantity = e.Quantity,
        Traits = e.Traits,
    };
}
