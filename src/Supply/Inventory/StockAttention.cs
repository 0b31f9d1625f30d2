using BehaviorDashboard.Contracts;
using BehaviorDashboard.Inventory.Pages;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Inventory;

/// <summary>Products that will likely sell out, by the money that is lost then, and prices somebody has to decide on.</summary>
internal sealed class StockAttention(StockService stock, PriceService prices, IStringLocalizer<InventoryText> text) : IAttentionSource
{
    public async Task<IReadOnlyList<AttentionItem>> FindAsync(int limit, CancellationToken cancel = default) =>
        [.. (await prices.ListAsync(cancel: cancel)).Take(limit).Select(p => new AttentionItem(AttentionKind.Decide, text["Attention.Price", p.Terms.Title], null, "products/" + Uri.EscapeDataString(p.Terms.Id), Access.EditSupply, null, p.Suggestion.MadeAt)),
            .. (await stock.RecentAsync(cancel)).Where(s => s is { OnHold: false, Plan.Quantity: > 0, LostMoney: > 0 }).OrderByDescending(s => s.LostMoney).Take(limit).Select(s => new AttentionItem(
            s.IsLate ? AttentionKind.Wrong : AttentionKind.Decide, text["Attention.Order", s.Plan!.Quantity, s.Terms.Title], text["Attention.Chance", Math.Round(s.Plan.Chance * 100)], "products/" + Uri.EscapeDataString(s.Id), Access.EditSupply, s.LostMoney, s.AsOf))];
}
