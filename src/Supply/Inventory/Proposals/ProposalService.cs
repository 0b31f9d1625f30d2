using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Inventory;

/// <summary>What should be bought: proposed every night, changed and approved by people, received into stock.</summary>
public sealed class ProposalService
{
    public const string Nightly = "nightly";
    public const string NoSupplier = "–";
    private const long MostUnits = 10_000_000;

    private readonly ProposalStore _store;
    private readonly StockService _stock;
    private readonly SupplyCatalog _catalog;
    private readonly IAuditLog _audit;
    private readonly IServiceScopeFactory _scopes;
    private readonly ShopClock _clock;

    internal ProposalService(ProposalStore store, StockService stock, SupplyCatalog catalog, IAuditLog audit, IServiceScopeFactory scopes, ShopClock clock, TimeProvider time, ILogger<Signal> logger)
    {
        (_store, _stock, _catalog, _audit, _scopes, _clock) = (store, stock, catalog, audit, scopes, clock);
        Changed = new Signal(time, logger);
    }

    public Signal Changed { get; }

    /// <summary>Drafts first, the dearest first.</summary>
    public Task<IReadOnlyList<Proposal>> ListAsync(int limit = 200, CancellationToken cancel = default) => _store.ListAsync(limit, cancel);

    public Task<Proposal?> FindAsync(int id, CancellationToken cancel = default) => _store.FindAsync(id, cancel);

    public async Task<IReadOnlyList<ProposalLine>> LinesAsync(int id, CancellationToken cancel = default)
    {
        var lines = await _store.LinesAsync(id, cancel);
        var titles = (await _catalog.FindAsync([.. lines.Select(l => l.ProductId)], cancel)).ToDictionary(t => t.Id, t => t.Title);
        return [.. lines.Select(l => l with { Title = titles.GetValueOrDefault(l.ProductId, l.ProductId) }).OrderByDescending(l => l.Why.LostMoney)];
    }

    /// <summary>What is on the way for an approved proposal.</summary>
    public async Task<IReadOnlyList<Inbound>> InboundAsync(int id, CancellationToken cancel = default) => [.. (await _catalog.InboundAsync(null, false, cancel)).Where(i => i.Reference == Reference(id))];

    /// <summary>Drafts for everything that has to be ordered now, in place of the nightly ones nobody changed. A limited budget goes first to what keeps most money for each unit spent.</summary>
    public async Task<int> ProposeAsync(CancellationToken cancel = default)
    {
        var all = await _stock.AllAsync(cancel);
        await _store.ReplaceDraftsAsync([], Nightly, true, _clock.Now, cancel);
        var drafted = (await _store.DraftedAsync(cancel)).ToHashSet();
        var wanted = all.Where(s => s.Plan is { Quantity: > 0 } && !s.OnHold && !drafted.Contains(s.Id)).Select(s => (Status: s, Line: Line(s, s.Plan!.Quantity)));
        var drafts = Affordable(wanted.OrderByDescending(w => w.Line.Why.Value)).GroupBy(w => w.Status.Terms.Supplier ?? NoSupplier)
            .Select(g => (g.Key, (IReadOnlyList<ProposalLine>)[.. g.Select(w => w.Line)])).ToList();
        await _store.ReplaceDraftsAsync(drafts, Nightly, false, _clock.Now, cancel);
        Changed.Raise();
        return drafts.Sum(d => d.Item2.Count);
    }

    /// <summary>A draft for one product; the same cause again gives the same draft.</summary>
    /// <param name="units">Null: what its figures say, at least a pack.</param>
    /// <returns>Null where the product is not known.</returns>
    public async Task<int?> ProposeAsync(string product, long? units, string cause, CancellationToken cancel = default)
    {
        if (await _store.ByCauseAsync(cause, cancel) is { } known) return known;
        if (await _stock.FindAsync(product, cancel) is not { } status) return null;
        var terms = _stock.Terms(status.Terms, status.Target);
        var quantity = StockPlanner.Packs(Math.Max(1, Math.Min(MostUnits, units ?? status.Plan?.Quantity ?? 1)), terms);
        var ids = await _store.ReplaceDraftsAsync([(status.Terms.Supplier ?? NoSupplier, [Line(status, quantity)])], cause, false, _clock.Now, cancel);
        Changed.Raise();
        return ids[0];
    }

    /// <summary>Drafts of several products, one for each supplier.</summary>
    public async Task DraftAsync(IReadOnlyDictionary<string, long> units, string cause, CancellationToken cancel = default)
    {
        if (units.Count == 0) return;
        var drafts = (await _stock.AllAsync(cancel)).Where(s => units.ContainsKey(s.Id)).GroupBy(s => s.Terms.Supplier ?? NoSupplier)
            .Select(g => (g.Key, (IReadOnlyList<ProposalLine>)[.. g.Select(s => Line(s, units[s.Id]))])).ToList();
        await _store.ReplaceDraftsAsync(drafts, cause, false, _clock.Now, cancel);
        Changed.Raise();
    }

    /// <param name="quantity">0 takes the line out.</param>
    /// <returns>What is wrong, as a key of the pages' words; null when it was changed.</returns>
    public async Task<string?> SetQuantityAsync(int id, string product, long quantity, CancellationToken cancel = default)
    {
        if (quantity is < 0 or > MostUnits) return "quantity_range";
        if (!await _store.SetQuantityAsync(id, product, quantity, cancel)) return "not_draft";
        await RecordAsync("proposal.changed", id, FormattableString.Invariant($$"""{"product":{{JsonSerializer.Serialize(product)}},"quantity":{{quantity}}}"""), cancel);
        return null;
    }

    /// <summary>Orders what the draft says: its units are on their way from now on.</summary>
    public async Task<string?> ApproveAsync(int id, string by, CancellationToken cancel = default)
    {
        var lines = await _store.LinesAsync(id, cancel);
        if (lines.Count == 0) return "no_lines";
        if (!await _store.SetStatusAsync(id, "draft", "approved", _clock.Now, cancel)) return "not_draft";
        var terms = (await _catalog.FindAsync([.. lines.Select(l => l.ProductId)], cancel)).ToDictionary(t => t.Id);
        await _catalog.AddInboundAsync([.. lines.Select(l => new InboundDraft(l.ProductId, l.Quantity, _clock.Now.AddDays(terms.GetValueOrDefault(l.ProductId)?.LeadDays ?? _stock.Options.DefaultLeadDays),
            terms.GetValueOrDefault(l.ProductId)?.Supplier, Reference(id)))], cancel);
        await RecordAsync("proposal.approved", id, null, cancel);
        var request = new ActionRequest("proposal-approved-" + id.ToString(CultureInfo.InvariantCulture), SupplyActions.Name, "approve_proposal", id.ToString(CultureInfo.InvariantCulture), new Dictionary<string, string>(), by);
        await using var scope = _scopes.CreateAsyncScope();
        foreach (var ledger in scope.ServiceProvider.GetServices<IActionLedger>()) await ledger.RecordAsync(request, new ActionOutcome("""{"status":"draft"}""", """{"status":"approved"}"""), cancel);
        return null;
    }

    public async Task<string?> CancelAsync(int id, CancellationToken cancel = default)
    {
        if (!await _store.SetStatusAsync(id, "draft", "cancelled", _clock.Now, cancel))
        {
            if (!await _store.SetStatusAsync(id, "approved", "cancelled", _clock.Now, cancel)) return "not_open";
            await _catalog.CancelInboundAsync(Reference(id), cancel);
        }
        await RecordAsync("proposal.cancelled", id, null, cancel);
        return null;
    }

    /// <summary>Takes units of an approved proposal into stock; with the last of them it is received.</summary>
    public async Task<long> ReceiveAsync(int id, int inbound, long units, CancellationToken cancel = default)
    {
        if (units is <= 0 or > MostUnits || (await InboundAsync(id, cancel)).All(i => i.Id != inbound)) return 0;
        var taken = await _catalog.ReceiveAsync(inbound, units, cancel);
        if ((await InboundAsync(id, cancel)).All(i => i.Status != "open")) await _store.SetStatusAsync(id, "approved", "received", _clock.Now, cancel);
        Changed.Raise();
        return taken;
    }

    private static string Reference(int id) => "proposal:" + id.ToString(CultureInfo.InvariantCulture);

    private IEnumerable<(StockStatus Status, ProposalLine Line)> Affordable(IEnumerable<(StockStatus Status, ProposalLine Line)> wanted)
    {
        var left = _stock.Options.Budget > 0 ? _stock.Options.Budget : decimal.MaxValue;
        foreach (var one in wanted)
        {
            var cost = one.Line.Quantity * (one.Line.UnitCost ?? 0);
            if (cost > left) continue;
            left -= cost;
            yield return one;
        }
    }

    private ProposalLine Line(StockStatus status, long quantity)
    {
        var terms = _stock.Terms(status.Terms, status.Target);
        var plan = status.Plan;
        var demand = status.Forecast is { } forecast ? forecast.Mean(status.AsOf, status.AsOf.AddDays(terms.LeadDays + terms.Review)) : 0;
        // Without the order the shelf stays empty for a cycle more: what that would lose, for each unit of money the order takes.
        var worth = status.Terms is { Price: { } price, Cost: { } unit } ? price - unit : status.Terms.Price ?? 0;
        var missing = status.Forecast is { } f && status.OnHand is { } onHand
            ? StockPlanner.LostUnits(StockService.Position(onHand, status.Inbound, status.AsOf), StockService.Ahead(f, status.AsOf), terms.LeadDays + terms.Review + terms.Cycle) - (plan?.LostUnits ?? 0) : 0;
        var cost = quantity * (double)(status.Terms.Cost ?? status.Terms.Price ?? 1);
        var why = new ProposalReason(status.OnHand ?? 0, status.Inbound.Sum(i => i.Missing), plan?.Point ?? 0, plan?.UpTo ?? 0, demand, terms.LeadDays, terms.LeadSpread, status.Target, terms.Pack, terms.Minimum, plan?.Chance ?? 0, status.LostMoney,
            cost > 0 ? Math.Round(missing * (double)worth / cost, 4) : 0,
            status.Forecast?.LastYear is { Count: > 0 } before ? Math.Round(before.Take(Math.Max(1, (int)Math.Ceiling((terms.LeadDays + terms.Review + terms.Cycle) / 7))).Average(), 1) : null, status.SeasonEnds);
        return new ProposalLine(0, status.Id, status.Terms.Title, quantity, quantity, status.Terms.Cost, JsonSerializer.Serialize(why, JsonSerializerOptions.Web));
    }

    private async Task RecordAsync(string action, int id, string? detail, CancellationToken cancel)
    {
        await _audit.RecordAsync(new AuditEntry(action, Reference(id), detail), cancel);
        Changed.Raise();
    }
}
