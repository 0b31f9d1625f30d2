using BehaviorDashboard.Contracts;
using BehaviorDashboard.Forecasting.Ml;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Live;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Forecasting;

/// <summary>How the forecast in use was made, and how good it was on weeks of the past.</summary>
public sealed record ForecastCard(string RunId, DateTimeOffset StartsAt, double Elasticity, IReadOnlyDictionary<string, string> Chosen, IReadOnlyDictionary<string, TriedAccuracy> Tried);

/// <summary>How far a forecast of all products is.</summary>
/// <param name="Step">What is happening, as a key of the pages' words.</param>
/// <param name="Share">0 to 1.</param>
public sealed record ForecastProgress(int JobId, string Step, double Share, DateTimeOffset StartedAt);

/// <summary>What each product will sell: the forecast in use with prices, campaigns and overrides laid over it.</summary>
public sealed class ForecastService
{
    private const double OverrideDoubt = 0.02;
    private const int MostOverrideWeeks = 26;

    private readonly ForecastStore _store;
    private readonly ForecastingState _state;
    private readonly ForecastHistory _history;
    private readonly DemandStore _demand;
    private readonly IAuditLog _audit;
    private readonly ShopClock _clock;
    private readonly TrainingService _training;

    internal ForecastService(ForecastStore store, ForecastingState state, ForecastHistory history, DemandStore demand, TrainingService training, IAuditLog audit, ShopClock clock, TimeProvider time, ILogger<Signal> logger)
    {
        (_store, _state, _history, _demand, _training, _audit, _clock) = (store, state, history, demand, training, audit, clock);
        Changed = new Signal(time, logger);
    }

    /// <summary>Raised while products are being forecast, and when that ends.</summary>
    public Signal Running => _training.Changed;

    /// <summary>The forecast under way, or null.</summary>
    public ForecastProgress? Progress => _training.Progress is { Kind: ForecastModel.Kind } now ? new ForecastProgress(now.JobId, now.Step, now.Share, now.StartedAt) : null;

    public Task CancelAsync(ForecastProgress progress, CancellationToken cancel = default) => _training.CancelAsync(progress.JobId, cancel);

    /// <summary>Raised when a layer has changed.</summary>
    public Signal Changed { get; }

    /// <summary>Asks for a forecast of all products now.</summary>
    public async Task RefreshAsync(CancellationToken cancel = default) => await _training.QueueAsync(ForecastModel.Kind, cancel: cancel);

    /// <returns>Null before the first forecast.</returns>
    public async Task<ForecastCard?> CardAsync(CancellationToken cancel = default) =>
        await _state.CurrentAsync(cancel) is { } model ? new ForecastCard(model.RunId, model.StartsAt, model.Elasticity, model.Chosen, model.Tried) : null;

    /// <summary>Forecasts by product id; products without one are left out.</summary>
    /// <param name="products">Null: all.</param>
    /// <param name="without">Reference of a layer that is left out.</param>
    public async Task<IReadOnlyDictionary<string, ProductForecast>> ForecastsAsync(IReadOnlyCollection<string>? products = null, string? without = null, CancellationToken cancel = default)
    {
        if (await _state.CurrentAsync(cancel) is not { } model) return new Dictionary<string, ProductForecast>();
        return await OfRunAsync(model.RunId, products, cancel, without);
    }

    public async Task<ProductForecast?> FindAsync(string product, CancellationToken cancel = default) => (await ForecastsAsync([product], null, cancel)).GetValueOrDefault(product);

    /// <summary>A forecast by shop days.</summary>
    /// <returns>Empty where the shop has sold too little to tell days apart.</returns>
    public IReadOnlyList<ForecastDay> Days(ProductForecast forecast) => forecast.Days(day => _clock.StartOf(_clock.DateOf(forecast.StartsAt).AddDays(day)));

    /// <summary>Lays the extra units of a scheduled campaign over the forecast; the same reference again replaces it.</summary>
    public async Task AddLayerAsync(IReadOnlyCollection<ForecastLayer> layers, CancellationToken cancel = default)
    {
        if (layers.Any(l => l.To <= l.From || !double.IsFinite(l.Units) || string.IsNullOrEmpty(l.ProductId) || string.IsNullOrEmpty(l.Reference)))
            throw new ArgumentException("A layer has a product, a reference, a finite number of units, and ends after it begins.", nameof(layers));
        await _store.PutLayersAsync(layers, _clock.Now, cancel);
        Changed.Raise();
    }

    /// <summary>Takes a campaign's units away again, as when it was cancelled.</summary>
    public async Task RemoveLayerAsync(string reference, string? product = null, CancellationToken cancel = default)
    {
        if (await _store.RemoveLayersAsync(reference, product, cancel) > 0) Changed.Raise();
    }

    /// <summary>Layers that still lie ahead.</summary>
    public Task<IReadOnlyList<ForecastLayer>> LayersAsync(IReadOnlyCollection<string>? products = null, CancellationToken cancel = default) => _store.LayersAsync(_clock.StartOf(_clock.Today), products, cancel);

    /// <summary>Says what somebody knows better, and why.</summary>
    /// <returns>What is wrong with it, as a key of the pages' words; null when it was taken.</returns>
    public async Task<string?> OverrideAsync(string product, double unitsAWeek, int weeks, string reason, CancellationToken cancel = default)
    {
        if (!(unitsAWeek is >= 0 and <= 1e9)) return "override_units";
        if (weeks is < 1 or > MostOverrideWeeks) return "override_weeks";
        if (string.IsNullOrWhiteSpace(reason)) return "override_reason";
        var from = _clock.StartOf(_clock.Today);
        await AddLayerAsync([new ForecastLayer(product, ForecastLayer.Override, ForecastLayer.Override, "", from, from.AddDays(7 * weeks), unitsAWeek, unitsAWeek, unitsAWeek, reason.Trim())], cancel);
        await _audit.RecordAsync(new AuditEntry("forecast.overridden", "product:" + product, FormattableString.Invariant($$"""{"units":{{unitsAWeek}},"weeks":{{weeks}}}""")), cancel);
        return null;
    }

    public async Task ClearOverrideAsync(string product, CancellationToken cancel = default)
    {
        await RemoveLayerAsync(ForecastLayer.Override, product, cancel);
        await _audit.RecordAsync(new AuditEntry("forecast.override_cleared", "product:" + product), cancel);
    }

    /// <summary>Units a week as sold, and with days without stock filled, oldest first; the last week ends at the shop's midnight.</summary>
    public async Task<IReadOnlyList<(DateTimeOffset Start, double Sold, double Demand)>> HistoryAsync(string product, int weeks, CancellationToken cancel = default)
    {
        var end = _clock.StartOf(_clock.Today);
        var read = await _history.ReadAsync(end, [product], cancel);
        if (read.Count == 0) return [];
        var history = read[0];
        var first = Math.Max(0, history.Sold.Length - weeks);
        return [.. Enumerable.Range(first, history.Sold.Length - first).Select(t => (end.AddDays(-7 * (history.Sold.Length - t)), history.Sold[t], history.Demand[t]))];
    }

    /// <summary>Units of each of the last days, oldest first.</summary>
    public async Task<IReadOnlyList<(DateTimeOffset Start, double Sold)>> DaysAsync(string product, int days, CancellationToken cancel = default)
    {
        var end = _clock.StartOf(_clock.Today);
        var sold = (await _demand.DaysAsync(end, days, [product], cancel)).ToDictionary(d => d.Back, d => (double)d.Sold);
        return [.. Enumerable.Range(0, days).Select(i => (end.AddDays(i - days), sold.GetValueOrDefault(days - 1 - i)))];
    }

    public Task<IReadOnlyList<WeekAccuracy>> AccuracyAsync(CancellationToken cancel = default) => _store.AccuracyAsync(500, cancel);

    public Task<IReadOnlyList<ForecastRun>> RunsAsync(CancellationToken cancel = default) => _store.RunsAsync(100, cancel);

    /// <summary>
    /// Why the units of the coming four weeks are other than a week ago: what was sold since, days without stock that were filled,
    /// price, campaigns, and what somebody set. The steps add up.
    /// </summary>
    public async Task<IReadOnlyList<ForecastMove>> WhyChangedAsync(string product, CancellationToken cancel = default)
    {
        if (await _state.CurrentAsync(cancel) is not { } model) return [];
        var before = (await _store.RunsAsync(100, cancel)).FirstOrDefault(r => r.StartsAt <= model.StartsAt.AddDays(-6));
        if (before is null) return [];
        var (own, older) = (await _store.OfRunAsync(model.RunId, [product], cancel), await _store.OfRunAsync(before.RunId, [product], cancel));
        if (own.Count == 0 || older.Count == 0) return [];
        var (now, was) = (own[0], older[0]);
        double Week(double[] mean, int skip) => mean.Skip(skip).Take(4).DefaultIfEmpty(mean[^1]).Average();
        var weeks = (int)Math.Round((now.StartsAt - was.StartsAt).TotalDays / 7);
        var (old, fresh) = (Week(was.Read().Mean, weeks), Week(now.Read().Mean, 0));
        var current = (await OfRunAsync(model.RunId, [product], cancel))[product];
        var ahead = current.Weeks.Take(4).ToList();
        // What was filled in for days without stock moves the level by about as much as four weeks of it count.
        var stock = Math.Clamp(now.Filled - was.Filled, -Math.Abs(fresh - old), Math.Abs(fresh - old));
        var price = fresh * (now.PriceEffect - 1) - old * (was.PriceEffect - 1);
        var campaign = ahead.Average(w => w.Campaign);
        var end = ahead.Average(w => w.Mean);
        var start = old * was.PriceEffect;
        var set = end - (fresh * now.PriceEffect + campaign);
        return [new("before", start), new("sales", fresh - old - stock), new("stock", stock), new("price", price), new("campaign", campaign), new("override", set), new("now", end)];
    }

    private async Task<IReadOnlyDictionary<string, ProductForecast>> OfRunAsync(string run, IReadOnlyCollection<string>? products, CancellationToken cancel, string? without = null)
    {
        var stored = await _store.OfRunAsync(run, products, cancel);
        if (stored.Count == 0) return new Dictionary<string, ProductForecast>();
        var layers = (await _store.LayersAsync(stored[0].StartsAt, products, cancel)).Where(l => without is null || l.Reference != without).ToLookup(l => l.ProductId);
        return stored.ToDictionary(f => f.ProductId, f => Overlay(f, [.. layers[f.ProductId]]));
    }

    private static ProductForecast Overlay(StoredForecast stored, List<ForecastLayer> layers)
    {
        var paths = stored.Read();
        var weeks = paths.Mean.Select((mean, i) =>
        {
            var (start, end) = (stored.StartsAt.AddDays(7 * i), stored.StartsAt.AddDays(7 * (i + 1)));
            var price = mean * (stored.PriceEffect - 1);
            var (campaign, doubt, share, units) = (0d, 0d, 0d, 0d);
            foreach (var layer in layers)
            {
                if (layer.Kind == ForecastLayer.Override)
                {
                    share = ProductForecast.Share(start, end, layer.From, layer.To);
                    units = layer.Units;
                    continue;
                }
                var part = ProductForecast.Share(layer.From, layer.To, start, end);
                campaign += layer.Units * part;
                // A band of 80 % is 2.56 standard deviations wide.
                doubt += Math.Pow((layer.High - layer.Low) / 2.56 * part, 2);
            }
            var usual = (mean + price) * (1 - share) + units * share;
            var all = Math.Max(0, usual + campaign);
            if (price == 0 && campaign == 0 && share == 0) return new ForecastWeek(start, mean, 0, 0, null, mean, paths.Q10[i], paths.Q50[i], paths.Q90[i], paths.Q95[i]);
            var law = new CountDistribution(all, stored.Noise * all + (share > 0 ? OverrideDoubt : stored.Spread) * usual * usual + doubt);
            return new ForecastWeek(start, mean, price, campaign, share > 0 ? units : null, all, law.Quantile(0.1), law.Quantile(0.5), law.Quantile(0.9), law.Quantile(0.95));
        });
        return new ProductForecast(stored.ProductId, stored.RunId, stored.StartsAt, stored.DemandClass, stored.Basis, stored.History, stored.Noise, stored.Spread, [.. weeks], paths.Days, paths.LastYear, paths.Ended, paths.Most);
    }
}
