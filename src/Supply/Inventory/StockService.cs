using System.Globalization;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Forecasting.Ml;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Reports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Inventory;

/// <summary>Where every product stands: on the shelf, on its way, wanted; and what people decided about it.</summary>
public sealed class StockService : IDisposable
{
    private const double PromiseChance = 0.1;
    private const double MostYears = 2;
    private const string Unclassed = "CZ";

    /// <summary>Of what last year's weeks would need when a season ends: what stays is not sold before the next.</summary>
    private const double MostAfterSeason = 1.5;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ClassesFresh = TimeSpan.FromHours(1);
    private readonly Subscription[] _listening;
    private volatile Recent? _recent;
    private volatile Classes? _classes;
    private long _version;
    private readonly SupplyCatalog _catalog;
    private readonly ForecastService _forecasts;
    private readonly InventoryStore _store;
    private readonly IAuditLog _audit;
    private readonly ShopClock _clock;

    internal StockService(SupplyCatalog catalog, ForecastService forecasts, InventoryStore store, IAuditLog audit, ShopClock clock, IOptions<InventoryOptions> options, TimeProvider time, ILogger<Signal> logger, KeptReports kept)
    {
        Pasts = new KeptReport<string, ProductPast>(kept, PastAsync);
        (_catalog, _forecasts, _store, _audit, _clock, Options) = (catalog, forecasts, store, audit, clock, options.Value);
        (Changed, Kept) = (new Signal(time, logger), new Signal(time, logger));
        _listening = [catalog.Changed.Subscribe(TimeSpan.Zero, OutdateAsync), forecasts.Changed.Subscribe(TimeSpan.Zero, OutdateAsync), forecasts.Running.Subscribe(TimeSpan.FromMilliseconds(200), OutdateAsync), Changed.Subscribe(TimeSpan.Zero, OutdateAsync)];
    }

    public void Dispose() => Array.ForEach(_listening, l => l.Dispose());

    private Task OutdateAsync()
    {
        Interlocked.Increment(ref _version);
        return Task.CompletedTask;
    }

    public InventoryOptions Options { get; }

    /// <summary>Raised when a decision about stock has changed.</summary>
    public Signal Changed { get; }

    /// <summary>Products stand differently from what was kept for rules before.</summary>
    internal Signal Kept { get; }

    /// <summary>What was bought and said of a product.</summary>
    public KeptReport<string, ProductPast> Pasts { get; }

    internal Task<IReadOnlyList<SupplyTerms>> TermsAsync(CancellationToken cancel) => _catalog.AllAsync(cancel);

    /// <summary>Every product of the catalogue.</summary>
    public async Task<IReadOnlyList<StockStatus>> AllAsync(CancellationToken cancel = default) => await StatusAsync(await _catalog.AllAsync(cancel), null, cancel);

    /// <summary>The same as pages show it: worked out at most every few seconds, and anew when anything was changed.</summary>
    public async Task<IReadOnlyList<StockStatus>> RecentAsync(CancellationToken cancel = default)
    {
        var version = Volatile.Read(ref _version);
        if (_recent is { } known && known.Version == version && _clock.Now - known.At is { Ticks: >= 0 } age && age < Fresh) return known.All;
        var all = await AllAsync(cancel);
        _recent = new Recent(version, _clock.Now, all);
        return all;
    }

    public async Task<StockStatus?> FindAsync(string product, CancellationToken cancel = default)
    {
        var all = await StatusAsync(await _catalog.FindAsync([product], cancel), [product], cancel);
        return all.Count == 0 ? null : all[0];
    }

    /// <summary>A product with its variants, as each of them stands.</summary>
    public async Task<IReadOnlyList<StockStatus>> FamilyAsync(string product, CancellationToken cancel = default)
    {
        var family = await _catalog.FamilyAsync(product, cancel);
        return await StatusAsync(family, [.. family.Select(f => f.Id)], cancel);
    }

    private async Task<ProductPast> PastAsync(string product, CancellationToken cancel)
    {
        var (reviews, mean) = await _store.ReviewsAsync(product, cancel);
        return new ProductPast(reviews, mean, await _store.BuyersAsync(product, _clock.Now.AddDays(-ProductPast.BuyerDays), cancel),
            await _forecasts.HistoryAsync(product, ProductPast.ShownWeeks, cancel), await _forecasts.DaysAsync(product, ProductPast.ShownDays, cancel));
    }

    /// <summary>What a stretch of time needs of these products and what will be there. Products of which nothing is known are left out.</summary>
    /// <param name="extra">Units by product that a campaign is expected to add within the stretch.</param>
    /// <param name="without">Reference of a forecast layer that is not counted, such as that campaign's own.</param>
    public async Task<IReadOnlyList<ProductOutlook>> OutlookAsync(IReadOnlyCollection<string> products, DateTimeOffset from, DateTimeOffset to, IReadOnlyDictionary<string, double>? extra = null, string? without = null, CancellationToken cancel = default)
    {
        if (to <= from) throw new ArgumentException("The stretch ends before it begins.", nameof(to));
        var all = await StatusAsync(await _catalog.FindAsync(products, cancel), products, cancel, without);
        return [.. all.Select(s => Outlook(s, from < s.AsOf ? s.AsOf : from, to, extra?.GetValueOrDefault(s.Id) ?? 0))];
    }

    /// <param name="target">Share of demand to serve, .5 to .999; null: as its class.</param>
    public async Task<string?> SetTargetAsync(string product, double? target, CancellationToken cancel = default)
    {
        if (target is { } t && !(t is >= 0.5 and <= 0.999)) return "target_range";
        await _store.PutTargetAsync(product, target, _clock.Now, cancel);
        await DoneAsync("stock.target_set", "product:" + product, FormattableString.Invariant($$"""{"target":{{(target is null ? "null" : target)}}}"""), cancel);
        return null;
    }

    public async Task<string?> SetClassTargetAsync(string name, double target, CancellationToken cancel = default)
    {
        if (!StockClasses.Defaults.ContainsKey(name)) return "class_unknown";
        if (!(target is >= 0.5 and <= 0.999)) return "target_range";
        await _store.PutClassAsync(name, target, cancel);
        await DoneAsync("stock.class_target_set", "class:" + name, FormattableString.Invariant($$"""{"target":{{target}}}"""), cancel);
        return null;
    }

    public async Task<IReadOnlyDictionary<string, double>> ClassTargetsAsync(CancellationToken cancel = default)
    {
        var own = await _store.ClassesAsync(cancel);
        return StockClasses.Defaults.ToDictionary(d => d.Key, d => own.GetValueOrDefault(d.Key, d.Value));
    }

    /// <summary>No order of the product is proposed until then; null ends that.</summary>
    public async Task HoldAsync(string product, DateTimeOffset? until, string? reason, CancellationToken cancel = default)
    {
        await _store.PutHoldAsync(product, until, reason, _clock.Now, cancel);
        await DoneAsync(until is null ? "reorder.released" : "reorder.held", "product:" + product, null, cancel);
    }

    /// <summary>What somebody set for one product.</summary>
    internal async Task<StockPolicy?> PolicyAsync(string product, CancellationToken cancel) => (await _store.PoliciesAsync(cancel)).GetValueOrDefault(product);

    private async Task DoneAsync(string action, string target, string? detail, CancellationToken cancel)
    {
        await _audit.RecordAsync(new AuditEntry(action, target, detail), cancel);
        Changed.Raise();
    }

    private async Task<IReadOnlyList<StockStatus>> StatusAsync(IReadOnlyList<SupplyTerms> terms, IReadOnlyCollection<string>? products, CancellationToken cancel, string? without = null)
    {
        if (terms.Count == 0) return [];
        var forecasts = await _forecasts.ForecastsAsync(products, without, cancel);
        var inbound = (await _catalog.InboundAsync(products, true, cancel)).ToLookup(i => i.ProductId);
        var sold = await _store.SoldSinceAsync([.. terms.Where(t => t is { Stock: not null, StockAt: not null }).Select(t => (t.Id, t.StockAt!.Value))], cancel);
        var (policies, targets) = (await _store.PoliciesAsync(cancel), await ClassTargetsAsync(cancel));
        var classes = products is null ? await ClassifyAsync(terms, forecasts, cancel) : await ClassesAsync(cancel);
        return [.. terms.Select(t => Status(t, forecasts.GetValueOrDefault(t.Id), [.. inbound[t.Id]], sold.GetValueOrDefault(t.Id), policies.GetValueOrDefault(t.Id), classes.GetValueOrDefault(t.Id, Unclassed), targets))];
    }

    /// <summary>Classes compare with all products: one that is looked at alone takes its class from the last look at all.</summary>
    private async Task<IReadOnlyDictionary<string, string>> ClassesAsync(CancellationToken cancel)
    {
        var run = (await _forecasts.CardAsync(cancel))?.RunId;
        if (_classes is { } known && known.RunId == run && _clock.Now - known.At is { Ticks: >= 0 } age && age < ClassesFresh) return known.Of;
        return await ClassifyAsync(await _catalog.AllAsync(cancel), await _forecasts.ForecastsAsync(null, null, cancel), cancel);
    }

    private async Task<IReadOnlyDictionary<string, string>> ClassifyAsync(IReadOnlyList<SupplyTerms> terms, IReadOnlyDictionary<string, ProductForecast> forecasts, CancellationToken cancel)
    {
        var classes = StockClasses.Of([.. terms.Select(t => forecasts.TryGetValue(t.Id, out var f) && f.Weeks.Count > 0 ? (t.Id, f.Weeks[0].Mean * (double)(t.Price ?? 0), f.Weeks[0].Mean, f.Noise, f.Spread) : (t.Id, 0d, 0d, 1d, 0d))]);
        _classes = new Classes((await _forecasts.CardAsync(cancel))?.RunId, _clock.Now, classes);
        return classes;
    }

    private StockStatus Status(SupplyTerms terms, ProductForecast? forecast, IReadOnlyList<Inbound> inbound, long sold, StockPolicy? policy, string stockClass, IReadOnlyDictionary<string, double> targets)
    {
        var now = _clock.Now;
        double? onHand = terms.Stock is { } counted ? Math.Max(0, counted - sold) : null;
        var target = policy?.Target ?? targets[stockClass];
        var status = new StockStatus(terms, onHand, inbound, forecast, stockClass, target, null, now, policy?.HoldUntil, policy?.HoldReason, 0, 0, 0, null);
        if (onHand is not { } units || forecast is null) return status;
        var (stock, demand) = (Position(units, inbound, now), Ahead(forecast, now));
        var plan = StockPlanner.Plan(stock, demand, Terms(terms, target));
        if (plan.Quantity > 0 && forecast.SeasonOver is { } over && StockPlanner.Plan(stock, Ahead(over, now) with { MostIn = days => MostAfterSeason * over.Mean(now, now.AddDays(days)) }, Terms(terms, target)).Quantity is var less && less < plan.Quantity) (plan, status) = (plan with { Quantity = less }, status with { SeasonEnds = true });
        var worth = terms is { Price: { } price, Cost: { } cost } && price > cost ? price - cost : terms.Price ?? 0;
        var excess = Math.Max(0, units - Math.Max(demand.Until(Options.ExcessDays).Quantile(0.9), plan.UpTo));
        var daily = demand.MeanUntil(Options.ExcessDays) / Options.ExcessDays;
        var sensible = excess < 1 ? (DateTimeOffset?)null : now.AddDays(Math.Max(0, Options.ExcessDays - (daily > 0 ? excess / daily : Options.ExcessDays)));
        var locked = (decimal)Math.Floor(excess) * (terms.Cost ?? terms.Price ?? 0);
        var years = Math.Min(MostYears, (plan.DaysOfSupply ?? double.MaxValue) / 365);
        return status with
        {
            Plan = plan, LostMoney = worth * (decimal)plan.LostUnits, ExcessUnits = Math.Floor(excess), ExcessMoney = locked, LastSensible = sensible, KeepingCost = locked * (decimal)(Options.HoldingCost * years),
        };
    }

    internal BuyingTerms Terms(SupplyTerms terms, double target)
    {
        var lead = terms.LeadDays ?? Options.DefaultLeadDays;
        return new BuyingTerms(lead, terms.LeadSpread ?? 0.25 * lead, terms.PackSize ?? 1, terms.MinimumOrder ?? 1, target, Options.ReviewDays, Options.CycleDays);
    }

    internal static StockPosition Position(double onHand, IReadOnlyList<Inbound> inbound, DateTimeOffset now) =>
        new(onHand, [.. inbound.Select(i => (Math.Max(1, (i.ExpectedAt - now).TotalDays), (double)i.Missing))]);

    internal static DemandAhead Ahead(ProductForecast forecast, DateTimeOffset from) => new(day => forecast.Mean(from, from.AddDays(day)), forecast.Noise, forecast.Spread, MostIn: forecast.Most is { } most ? days => DemandPeaks.Within(most, days / 7) : null);

    private ProductOutlook Outlook(StockStatus status, DateTimeOffset from, DateTimeOffset to, double extra)
    {
        var (now, lead) = (status.AsOf, status.LeadDays(Options));
        var (start, end) = ((from - now).TotalDays, (to - now).TotalDays);
        var arrivals = status.Inbound.Where(i => i.ExpectedAt <= to).Sum(i => (double)i.Missing);
        if (status.Forecast is not { } forecast) return new ProductOutlook(status.Id, status.Terms.Title, status.OnHand, arrivals, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, extra, double.NaN, double.NaN, double.NaN, null, null, lead, now);
        var law = forecast.Between(from, to);
        var plain = Ahead(forecast, now);
        var with = plain with { ExtraUntil = day => extra * Math.Clamp((day - start) / Math.Max(end - start, 1e-6), 0, 1) };
        var outlook = new ProductOutlook(status.Id, status.Terms.Title, status.OnHand, arrivals, law.Mean, law.Quantile(0.1), law.Quantile(0.5), law.Quantile(0.9), law.Quantile(0.95), extra, double.NaN, double.NaN, double.NaN, null, null, lead, now);
        if (status.OnHand is not { } onHand) return outlook;
        var stock = Position(onHand, status.Inbound, now);
        var risky = StockPlanner.FirstDay(stock, with, PromiseChance);
        var soldOut = StockPlanner.FirstDay(stock, with, 0.5);
        return outlook with
        {
            ChanceSoldOut = StockPlanner.ChanceSoldOut(stock, with, end), ExpectedShort = StockPlanner.LostUnits(stock, with, end),
            FreeUnits = Math.Max(0, Math.Floor(stock.Until(end) - plain.Until(end).Quantile(1 - PromiseChance))),
            SoldOutOn = soldOut is { } day ? now.AddDays(day) : null, LastSafeOrder = risky is { } first && first <= end ? now.AddDays(Math.Max(0, first - lead - 1.28 * (status.Terms.LeadSpread ?? 0.25 * lead))) : null,
        };
    }

    private sealed record Classes(string? RunId, DateTimeOffset At, IReadOnlyDictionary<string, string> Of);

    private sealed record Recent(long Version, DateTimeOffset At, IReadOnlyList<StockStatus> All);
}
