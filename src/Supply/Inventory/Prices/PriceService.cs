using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Inventory;

/// <summary>Suggested prices: made by rules or people, accepted or declined by people.</summary>
public sealed class PriceService
{
    private readonly PriceStore _store;
    private readonly SupplyCatalog _catalog;
    private readonly IAuditLog _audit;
    private readonly ShopClock _clock;

    internal PriceService(PriceStore store, SupplyCatalog catalog, IAuditLog audit, ShopClock clock, TimeProvider time, ILogger<Signal> logger)
    {
        (_store, _catalog, _audit, _clock) = (store, catalog, audit, clock);
        Changed = new Signal(time, logger);
    }

    /// <summary>A suggestion was made, accepted or taken back.</summary>
    public Signal Changed { get; }

    /// <param name="product">Empty: of all products, the newest first.</param>
    public async Task<IReadOnlyList<SuggestedPrice>> ListAsync(string product = "", CancellationToken cancel = default)
    {
        var suggestions = await _store.AllAsync(product, cancel);
        var terms = (await _catalog.FindAsync([.. suggestions.Select(s => s.ProductId)], cancel)).ToDictionary(t => t.Id);
        return [.. suggestions.Where(s => terms.ContainsKey(s.ProductId)).Select(s => new SuggestedPrice(s, terms[s.ProductId]))];
    }

    public async Task<PriceSuggestion?> FindAsync(string product, CancellationToken cancel = default) => await _store.AllAsync(product, cancel) is [var first, ..] ? first : null;

    /// <summary>What a change comes to, in whole units of the currency's smallest coin.</summary>
    /// <param name="change">Share, such as −0.1 for a tenth less.</param>
    /// <returns>The price, or a resource key of the pages that says why there is none.</returns>
    public async Task<(decimal Price, string? Problem)> PriceAsync(string product, double change, CancellationToken cancel = default)
    {
        if (!(change is >= -0.9 and <= 1 && change != 0)) return (0, "price_change");
        if (await _catalog.FindAsync([product], cancel) is not [var terms, ..]) return (0, "no_product");
        if (terms.Price is not { } price) return (0, "no_price");
        var suggested = Math.Round(price * (1 + (decimal)change), 2, MidpointRounding.AwayFromZero);
        return suggested <= 0 || suggested < terms.Cost ? (suggested, "below_cost") : (suggested, null);
    }

    /// <summary>Suggests a price in place of an earlier suggestion.</summary>
    public async Task SuggestAsync(string product, decimal price, string reason, CancellationToken cancel = default)
    {
        await _store.PutAsync(new PriceSuggestion(product, price, reason, _clock.Now), cancel);
        await _audit.RecordAsync(new AuditEntry("price.suggested", "product:" + product, Json(new { price, reason })), cancel);
        Changed.Raise();
    }

    /// <summary>The product costs what was suggested from now on.</summary>
    /// <returns>False where the suggestion is gone, or another has taken its place since it was read.</returns>
    public async Task<bool> AcceptAsync(SuggestedPrice suggested, CancellationToken cancel = default)
    {
        if (await _store.RemoveAsync(suggested.Suggestion, cancel) == 0) return false;
        await _catalog.SaveAsync([new TermsChange(suggested.Terms.Id, Price: suggested.Suggestion.Price)], "price_suggestion", cancel);
        await _audit.RecordAsync(new AuditEntry("price.accepted", "product:" + suggested.Terms.Id, Json(new { before = suggested.Terms.Price, after = suggested.Suggestion.Price })), cancel);
        Changed.Raise();
        return true;
    }

    /// <inheritdoc cref="AcceptAsync"/>
    public async Task<bool> WithdrawAsync(PriceSuggestion suggestion, CancellationToken cancel = default)
    {
        if (await _store.RemoveAsync(suggestion, cancel) == 0) return false;
        await _audit.RecordAsync(new AuditEntry("price.declined", "product:" + suggestion.ProductId, Json(new { price = suggestion.Price.ToString(CultureInfo.InvariantCulture) })), cancel);
        Changed.Raise();
        return true;
    }

    private static string Json(object value) => JsonSerializer.Serialize(value);
}
