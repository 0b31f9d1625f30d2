using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Live;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Catalog;

/// <summary>The catalogue as those see it who keep shelves full: terms, counted stock and what is on its way.</summary>
public sealed class SupplyCatalog
{
    private readonly SupplyStore _store;
    private readonly IAuditLog _audit;
    private readonly TimeProvider _time;

    internal SupplyCatalog(SupplyStore store, IAuditLog audit, TimeProvider time, ILogger<Signal> logger)
    {
        (_store, _audit, _time) = (store, audit, time);
        Changed = new Signal(time, logger);
    }

    /// <summary>Raised when terms, stock or orders have changed.</summary>
    public Signal Changed { get; }

    public Task<IReadOnlyList<SupplyTerms>> AllAsync(CancellationToken cancel = default) => _store.AllAsync(cancel);

    public Task<IReadOnlyList<SupplyTerms>> FindAsync(IReadOnlyCollection<string> ids, CancellationToken cancel = default) => _store.FindAsync(ids, cancel);

    /// <summary>A product with its variants, or a variant with its siblings and the product they belong to.</summary>
    public Task<IReadOnlyList<SupplyTerms>> FamilyAsync(string product, CancellationToken cancel = default) => _store.FamilyAsync(product, cancel);

    /// <summary>Changes products; nothing is changed where any value cannot be used.</summary>
    public async Task<IReadOnlyList<TermsProblem>> SaveAsync(IReadOnlyList<TermsChange> changes, string reason = "edit", CancellationToken cancel = default)
    {
        var problems = changes.SelectMany((c, i) => TermsCheck.Problems(c, changes.Count > 1 ? i + 2 : 0)).ToList();
        if (problems.Count > 0 || changes.Count == 0) return problems;
        var last = changes.GroupBy(c => c.Id).Select(g => g.Last()).ToList();
        foreach (var part in last.Chunk(5_000)) await _store.UpdateAsync(part, reason, _time.GetUtcNow(), cancel);
        await _audit.RecordAsync(new AuditEntry("catalogue.changed", last.Count == 1 ? "product:" + last[0].Id : FormattableString.Invariant($"products:{last.Count}"), reason == "edit" ? null : $$"""{"reason":"{{reason}}"}"""), cancel);
        Changed.Raise();
        return [];
    }

    /// <summary>Units on their way, soonest first.</summary>
    /// <param name="products">Null: of all products.</param>
    public Task<IReadOnlyList<Inbound>> InboundAsync(IReadOnlyCollection<string>? products = null, bool openOnly = true, CancellationToken cancel = default) => _store.InboundAsync(products, openOnly, cancel);

    /// <summary>Puts units on their way; the same reference of a product counts once.</summary>
    public async Task AddInboundAsync(IReadOnlyCollection<InboundDraft> drafts, CancellationToken cancel = default)
    {
        if (await _store.AddInboundAsync(drafts, _time.GetUtcNow(), cancel) > 0) Changed.Raise();
    }

    /// <summary>Takes units in: they are on the shelf from now on.</summary>
    /// <returns>How many, never more than were still missing.</returns>
    public async Task<long> ReceiveAsync(int inbound, long units, CancellationToken cancel = default)
    {
        var taken = await _store.ReceiveAsync(inbound, units, _time.GetUtcNow(), cancel);
        if (taken == 0) return 0;
        await _audit.RecordAsync(new AuditEntry("stock.received", "inbound:" + inbound.ToString(CultureInfo.InvariantCulture), FormattableString.Invariant($$"""{"units":{{taken}}}""")), cancel);
        Changed.Raise();
        return taken;
    }

    public async Task CancelInboundAsync(string reference, CancellationToken cancel = default)
    {
        if (await _store.CancelInboundAsync(reference, cancel) > 0) Changed.Raise();
    }

    /// <summary>Stretches in which a product was counted as none, from one count to the next.</summary>
    public Task<IReadOnlyList<SoldOut>> SoldOutAsync(DateTimeOffset from, CancellationToken cancel = default) => _store.SoldOutAsync(from, cancel);

    public Task<IReadOnlyList<StockChange>> HistoryAsync(string product, DateTimeOffset from, CancellationToken cancel = default) => _store.HistoryAsync(product, from, cancel);
}
