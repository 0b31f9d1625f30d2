using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Imports;

/// <summary>
/// Stores what one import read, a batch at a time: compare with what was imported before, keep what is about to be
/// replaced, write, remember. Every step can be done again, so a run that was killed at any moment goes on from the start.
/// </summary>
internal sealed class ImportWriter(ImportRun run, EventWriter events, EntityStore entities, IProductCatalog catalog, Database database)
{
    private const int ProductsAtOnce = 5_000;
    private readonly TraitsBefore _traits = new(database, run.Id);
    private readonly Dictionary<string, ProductFact> _products = [];

    // Units of a batch that an earlier run of this import stored: its work, but done.
    private readonly HashSet<string> _stored = [];

    private readonly record struct Decided(Unit Unit, Outcome Outcome);

    /// <param name="file">Name of the file they came from.</param>
    public async Task StoreAsync(string file, IReadOnlyList<Unit> units, CancellationToken cancel)
    {
        // The same key twice in a batch: the second must find what the first has left.
        var keys = new HashSet<string>();
        var part = new List<Unit>(units.Count);
        foreach (var unit in units)
        {
            if (!keys.Add(unit.Key))
            {
                await StorePartAsync(file, part, cancel);
                part.Clear();
                keys.Clear();
                keys.Add(unit.Key);
            }
            part.Add(unit);
        }
        await StorePartAsync(file, part, cancel);
    }

    /// <summary>Hands the last products over. Prices of a product differ from order to order; only the last one counts.</summary>
    public async Task FlushAsync(CancellationToken cancel)
    {
        if (_products.Count > 0) await catalog.UpsertAsync([.. _products.Values], ImportService.Source(run.Id), run.DryRun, cancel);
        _products.Clear();
    }

    private async Task StorePartAsync(string file, List<Unit> units, CancellationToken cancel)
    {
        if (units.Count == 0) return;
        var decided = await DecideAsync(file, units, cancel);
        if (!run.DryRun) await WriteAsync([.. decided.Where(d => !_stored.Contains(d.Unit.Key))], cancel);
        foreach (var (unit, outcome) in decided)
        {
            if (outcome is Outcome.Created or Outcome.Updated or Outcome.Joined)
                foreach (var fact in unit.Catalog) _products[fact.Id] = _products.TryGetValue(fact.Id, out var before) ? Over(before, fact) : fact;
            run.Count(unit, outcome);
        }
        run.Sum();
        _stored.Clear();
        if (_products.Count >= ProductsAtOnce) await FlushAsync(cancel);
    }

    private async Task WriteAsync(List<Decided> decided, CancellationToken cancel)
    {
        var fresh = decided.Where(d => d.Outcome is Outcome.Created or Outcome.Updated).Select(d => d.Unit).ToList();
        var replaced = decided.Where(d => d.Outcome == Outcome.Updated).Select(d => d.Unit.Key).ToList();
        var joined = decided.Where(d => d.Outcome == Outcome.Joined).Select(d => d.Unit).ToList();
        var rows = fresh.SelectMany(u => u.Events).ToList();
        await _traits.NoteAsync(rows.Concat(joined.SelectMany(u => u.Events)), cancel);
        if (replaced.Count > 0) await ReplaceAsync(replaced);
        if (joined.Count > 0) rows.AddRange(await JoinAsync(joined));
        if (rows.Count > 0) await events.AppendWhenRoomAsync(rows, cancel);
        var remembered = fresh.Select(u => (u.Key, u.Kind, u.Content)).Concat(joined.Select(u => (PieceKey(u), "piece", u.Content))).ToList();
        if (remembered.Count > 0) await entities.RememberAsync(remembered, run.Id, cancel);
    }

    private async Task<List<Decided>> DecideAsync(string file, List<Unit> units, CancellationToken cancel)
    {
        var known = await entities.KnownAsync(units.SelectMany(u => IsOrder(u) ? [u.Key, PieceKey(u)] : new[] { u.Key }), cancel);
        var before = run.Resumed ? await entities.ReplacedAsync(units.Select(u => u.Key), run.Id, cancel) : [];
        var elsewhere = await entities.ElsewhereAsync([.. units.Where(u => u.OrderId is not null && known.GetValueOrDefault(u.Key)?.Hash != u.Content)], ImportService.Source(run.Id), run.Context.Now, cancel);
        return [.. units.Select(unit => new Decided(unit, Decide(unit, known, before, elsewhere, file)))];
    }

    private Outcome Decide(Unit unit, Dictionary<string, Entity> known, HashSet<string> replaced, HashSet<string> elsewhere, string file)
    {
        var entity = known.GetValueOrDefault(unit.Key);
        var earlier = Earlier(unit, entity);
        if (known.TryGetValue(PieceKey(unit), out var piece)) return run.Resumed && piece.ImportId == run.Id ? Stored(unit, Outcome.Joined) : Outcome.Unchanged;
        if (elsewhere.Contains(unit.Key)) return Outcome.Elsewhere;
        if (earlier is not { } current) return Outcome.Created;
        if (current.Content == unit.Content)
            return run.Resumed && !current.InThisRun && entity!.ImportId == run.Id ? Stored(unit, replaced.Contains(unit.Key) ? Outcome.Updated : Outcome.Created) : Outcome.Unchanged;
        if (!IsOrder(unit)) return Outcome.Updated;
        if (run.Join) return Outcome.Joined;
        if (!current.InThisRun) return Outcome.Updated;
        Refuse(unit, file);
        return Outcome.Refused;
    }

    /// <summary>What stands under the unit's key, and whether this run put it there.</summary>
    private (long Content, bool InThisRun)? Earlier(Unit unit, Entity? entity)
    {
        if (run.Seen is null) return entity is null ? null : (entity.Hash, entity.ImportId == run.Id);
        var key = ContentHash.OfText(unit.Key);
        var seen = run.Seen.TryGetValue(key, out var content);
        run.Seen[key] = unit.Content;
        if (run.DryRun && seen) return (content, true);
        return entity is null ? null : (entity.Hash, seen);
    }

    private Outcome Stored(Unit unit, Outcome outcome)
    {
        _stored.Add(unit.Key);
        return outcome;
    }

    /// <summary>Another piece of an order that this very import brought: neither of them is the whole.</summary>
    private void Refuse(Unit unit, string file)
    {
        var order = unit.OrderId ?? unit.Key;
        run.Errors.Add(new SkippedRow(file, unit.Line, "", $"order {order} came before in this import with other rows; import with --join (\"add rows to orders that are split\") to have these added", order));
        for (var i = 1; i < unit.Rows; i++) run.Errors.Add(new SkippedRow(file, unit.Line + i, "", $"belongs to order {order} of line {unit.Line}", order));
    }

    private Task ReplaceAsync(List<string> keys) => events.ExclusiveAsync(async exclusive =>
    {
        await EntityStore.KeepAsync(exclusive.Session, keys, run.Id, joined: false);
        await exclusive.RemoveMessagesAsync(keys);
    });

    /// <summary>Takes the orders' own rows out; what comes back is their new ones and the added lines.</summary>
    private async Task<IReadOnlyList<ShopEvent>> JoinAsync(List<Unit> pieces)
    {
        var keys = pieces.Select(p => p.Key).ToList();
        Dictionary<string, OrderHead> heads = [];
        await events.ExclusiveAsync(async exclusive =>
        {
            await EntityStore.KeepAsync(exclusive.Session, keys, run.Id, joined: true);
            heads = await EntityStore.HeadsAsync(exclusive.Session, pieces, run.Id);
            var people = await EntityStore.RemoveHeadsAsync(exclusive, [.. heads.Values.Where(h => !h.HasPiece).Select(h => h.Key)]);
            if (people.Count > 0) await exclusive.RecomputeAsync([.. people]);
        });
        return [.. pieces.SelectMany(p => heads.GetValueOrDefault(p.Key) is { HasPiece: false } head ? head.With(p) : [])];
    }

    private static bool IsOrder(Unit unit) => unit.Kind is not ("customer" or "product" or "event") && unit.Events.Count > 0 && !unit.Key.EndsWith(":refund", StringComparison.Ordinal);

    private static string PieceKey(Unit unit) => $"{unit.Key}+{unit.Content:x16}";

    private static ProductFact Over(ProductFact before, ProductFact now) => new(now.Id, now.Title ?? before.Title, now.Category ?? before.Category, now.Brand ?? before.Brand, now.Price ?? before.Price,
        now.Cost ?? before.Cost, now.Currency ?? before.Currency, now.Stock ?? before.Stock, now.Supplier ?? before.Supplier, now.Url ?? before.Url, now.ImageUrl ?? before.ImageUrl, now.ParentId ?? before.ParentId, now.Variant ?? before.Variant, now.Description ?? before.Description);
}
