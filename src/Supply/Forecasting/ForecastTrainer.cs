using System.Text.Json;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Forecasting.Ml;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Forecasting;

/// <summary>What the registry keeps of a forecast: which run it is, and how it was made.</summary>
/// <param name="Chosen">By class of demand: the combination in words.</param>
/// <param name="Tried">By class of demand: how good it was on weeks of the past.</param>
internal sealed record ForecastModel(string RunId, DateTimeOffset StartsAt, int Weeks, double Elasticity, IReadOnlyDictionary<string, string> Chosen, IReadOnlyDictionary<string, TriedAccuracy> Tried)
{
    public const string Kind = "demand";
}

/// <summary>How good forecasts from instants of the past were.</summary>
/// <param name="Covered90">Share of weeks whose units were at most what q90 said.</param>
public sealed record TriedAccuracy(int Products, double Wape, double Bias, double? Covered90, double NaiveWape);

/// <summary>Forecasts every product, every night: read → fill days without stock → forecast → new ones by their look-alikes → keep, and score what older runs said.</summary>
internal sealed class ForecastTrainer(ForecastHistory history, DemandStore demand, ForecastStore store, SupplyCatalog catalog, ForecastScoring scoring, ShopClock clock) : IModelTrainer
{
    public const int Weeks = 13;
    private const int Year = 52;
    private const int FewestProducts = 1;
    private const int FewestWeeks = 4;
    private const int KeptNights = 8;
    private const int KeptWeeks = 27;

    public string Kind => ForecastModel.Kind;

    public async Task<TrainingOutcome> TrainAsync(TrainingContext context)
    {
        context.Report("reading", 0);
        var end = clock.StartOf(clock.Today);
        var products = await history.ReadAsync(end, null, context.Cancel);
        if (products.Count < FewestProducts || Longest(products) < FewestWeeks) return TrainingOutcome.Refused($"weeks {Longest(products)} < {FewestWeeks}");
        // The first forecast has one of a week before beside it, made of what was known then: it can be judged, and explained by what came, from the first day on.
        if ((await store.RunsAsync(1, context.Cancel)).Count == 0 && Longest(products) > FewestWeeks) await RunAsync(end.AddDays(-7), await history.ReadAsync(end.AddDays(-7), null, context.Cancel), context);
        var (id, rows, run, elasticity) = await RunAsync(end, products, context);
        context.Report("scoring", 0.95);
        await scoring.ScoreAsync(products, end, context.Cancel);
        await PruneAsync(id, context.Cancel);
        var tried = Tried(products, run);
        var model = new ForecastModel(id, end, Weeks, elasticity, run.Chosen.ToDictionary(c => c.Key, c => c.Value.ToString()), tried);
        var quality = new Dictionary<string, double> { ["products"] = rows, ["elasticity"] = elasticity };
        if (tried.TryGetValue("", out var all)) (quality["WAPE"], quality["bias"], quality["naive WAPE"]) = (all.Wape, all.Bias, all.NaiveWape);
        return TrainingOutcome.Of(new TrainedModel(JsonSerializer.SerializeToUtf8Bytes(model, JsonSerializerOptions.Web), "complete", true, ["weekly units", "days without stock", "views", "carts", "searches", "calendar", "price", "look-alikes"], quality,
            end.AddDays(-7 * Longest(products)), end, products.Sum(p => (long)p.Sold.Length), 0));
    }

    private static int Longest(IReadOnlyList<ProductHistory> products) => products.Count == 0 ? 0 : products.Max(p => p.Sold.Length);

    /// <summary>Forecasts and keeps what is known up to a midnight of the shop.</summary>
    private async Task<(string Id, int Rows, DemandRun Run, double Elasticity)> RunAsync(DateTimeOffset end, IReadOnlyList<ProductHistory> products, TrainingContext context)
    {
        var terms = (await catalog.AllAsync(context.Cancel)).ToDictionary(t => t.Id);
        var elasticity = PriceEffect.Elasticity(products.Select(p => p.Prices));
        context.Report("forecasting", 0.2);
        var run = await context.ComputeAsync(() => DemandForecaster.Run([.. products.Select(p => p.Demand)], new DemandSettings(Weeks), [.. products.Select(p => p.Signals)], context.Cancel));
        var days = await DaysAsync(end, context.Cancel);
        context.Report("new products", 0.8);
        var id = Guid.CreateVersion7(clock.Now).ToString("n");
        var rows = await context.ComputeAsync(() => Rows(id, end, products, terms, run, elasticity, days));
        context.Report("storing", 0.9);
        await store.WriteAsync(new ForecastRun(id, end, clock.Now, rows.Count), rows, context.Cancel);
        return (id, rows.Count, run, elasticity);
    }

    /// <summary>How a week of a product falls on its days; null where the shop has sold too little to tell.</summary>
    private async Task<Func<string, double[]?>> DaysAsync(DateTimeOffset end, CancellationToken cancel)
    {
        var (shop, own) = (new double[DayProfile.Week], new Dictionary<string, double[]>());
        foreach (var day in await demand.WeekdaysAsync(end, DayProfile.Back, cancel))
        {
            if (!own.TryGetValue(day.ProductId, out var units)) own[day.ProductId] = units = new double[DayProfile.Week];
            units[DayProfile.PlaceOf(day.Back)] += day.Sold;
            shop[DayProfile.PlaceOf(day.Back)] += day.Sold;
        }
        return DayProfile.Shop(shop) is { } shares ? id => own.TryGetValue(id, out var units) ? DayProfile.Own(shares, units) : shares : _ => null;
    }

    public Task PublishedAsync(ModelVersion version, CancellationToken cancel) => Task.CompletedTask;

    private static List<StoredForecast> Rows(string run, DateTimeOffset end, IReadOnlyList<ProductHistory> products, Dictionary<string, SupplyTerms> terms, DemandRun forecast, double elasticity, Func<string, double[]?> days)
    {
        var rows = new List<StoredForecast>();
        var old = products.Select((p, i) => (Traits: Traits(p.Id, terms), Level: forecast.Forecasts[i].Mean.Average(), forecast.Forecasts[i].Class))
            .Where(o => o.Class != nameof(DemandClass.New)).Select(o => (o.Traits, o.Level)).ToList();
        var ended = SeasonEnd.Find([.. products.Select(p => p.Demand)], [.. forecast.Forecasts.Select(f => f.Mean)], Year);
        var ofCategory = old.Where(o => o.Traits.Category is not null).ToLookup(o => o.Traits.Category!);
        for (var i = 0; i < products.Count; i++)
        {
            var (product, own) = (products[i], forecast.Forecasts[i]);
            var price = PriceEffect.Factor(elasticity, product.Paid, (double?)terms.GetValueOrDefault(product.Id)?.Price);
            if (own.Class == nameof(DemandClass.New)) rows.Add(New(run, end, product.Id, product, Traits(product.Id, terms), ofCategory, own, price, days(product.Id)));
            else rows.Add(Row(run, end, product, own, "own", price, days(product.Id), ended[i]));
        }
        var known = products.Select(p => p.Id).ToHashSet();
        var none = new ProductHistory("", [], [], [], [], new DemandSignals([], [], [], []));
        foreach (var id in terms.Keys.Where(id => !known.Contains(id)))
            rows.Add(New(run, end, id, none with { Id = id }, Traits(id, terms), ofCategory, new DemandForecast(nameof(DemandClass.New), new double[Weeks], [], 1.5, 0.3), 1, days(id)));
        return rows;
    }

    private static StoredForecast New(string run, DateTimeOffset end, string id, ProductHistory product, ProductTraits traits, ILookup<string, (ProductTraits, double)> others, DemandForecast own, double price, double[]? days)
    {
        var alike = LookAlikes.Level(traits, product.Demand, traits.Category is null ? [] : [.. others[traits.Category]]);
        var level = alike?.Level ?? 0;
        var forecast = own with { Mean = [.. Enumerable.Repeat(level, Weeks)], Level = alike?.Uncertainty ?? 1, Noise = Math.Max(own.Noise, 1.2) };
        CountDistribution law = new(level, forecast.Noise * level + forecast.Level * level * level);
        return Row(run, end, product with { Id = id }, forecast with { Quantiles = [.. DemandSettings.Chances.Select(c => Enumerable.Repeat(law.Quantile(c), Weeks).ToArray())] }, alike is null ? "none" : "look-alikes", price, days);
    }

    private static StoredForecast Row(string run, DateTimeOffset end, ProductHistory product, DemandForecast forecast, string basis, double price, double[]? days, double[]? ended = null)
    {
        double Last(double[] y) => y.Length == 0 ? 0 : y.TakeLast(4).Average();
        var paths = new ForecastPaths(Round(forecast.Mean), forecast.Quantiles[0], forecast.Quantiles[1], forecast.Quantiles[2], forecast.Quantiles[3], days?.Select(d => Math.Round(d, 4)).ToArray(), product.Sold.Length < Year ? null : product.Sold[^Year..][..Weeks],
            ended is null ? null : Round(ended), product.Demand.Length == 0 ? null : DemandPeaks.Of(product.Demand, Weeks));
        return new StoredForecast(run, product.Id, end, forecast.Class, basis, product.Sold.Length, Last(product.Sold), Last(product.Demand) - Last(product.Sold), price, forecast.Noise, forecast.Level,
            JsonSerializer.Serialize(paths, JsonSerializerOptions.Web));
    }

    private static double[] Round(double[] values) => [.. values.Select(v => Math.Round(v, 3))];

    private static ProductTraits Traits(string id, Dictionary<string, SupplyTerms> terms) =>
        terms.TryGetValue(id, out var t) ? new ProductTraits(id, t.Title, t.Category, t.Brand, (double?)t.Price) : new ProductTraits(id, null, null, null, null);

    /// <summary>By class, and of all under the empty name.</summary>
    private static Dictionary<string, TriedAccuracy> Tried(IReadOnlyList<ProductHistory> products, DemandRun run)
    {
        var result = new Dictionary<string, TriedAccuracy>();
        var past = run.Past.Where(p => double.IsFinite(p.Actual)).ToList();
        foreach (var group in past.GroupBy(p => run.Forecasts[p.Series].Class).Append(past.GroupBy(_ => "").FirstOrDefault()))
        {
            if (group is null || group.Sum(p => p.Actual) is not (> 0 and var actual)) continue;
            // The last value of the history before the origin, repeated.
            var naive = group.Sum(p => Math.Abs(p.Actual - Before(products[p.Series].Demand, p)));
            result[group.Key] = new TriedAccuracy(group.Select(p => p.Series).Distinct().Count(), group.Sum(p => Math.Abs(p.Forecast - p.Actual)) / actual, group.Sum(p => p.Forecast - p.Actual) / actual, null, naive / actual);
        }
        return result;
    }

    private static double Before(double[] y, PastForecast past)
    {
        var origin = y.Length - Weeks - past.Origin * Math.Max(1, Weeks / 2);
        return origin > 0 ? y[origin - 1] : 0;
    }

    /// <summary>Every night of the last week, and one night of each week of the last half year.</summary>
    private async Task PruneAsync(string newest, CancellationToken cancel)
    {
        var runs = await store.RunsAsync(1_000, cancel);
        var kept = runs.Take(KeptNights).Concat(runs.Skip(KeptNights).GroupBy(r => (clock.Today.DayNumber - clock.DateOf(r.StartsAt).DayNumber) / 7).Where(g => g.Key <= KeptWeeks).Select(g => g.First())).Select(r => r.RunId).Append(newest).ToHashSet();
        var gone = runs.Where(r => !kept.Contains(r.RunId)).Select(r => r.RunId).ToList();
        if (gone.Count > 0) await store.RemoveAsync(gone, cancel);
    }
}
