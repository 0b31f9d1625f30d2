using System.Text.Json;
using BehaviorDashboard.Features;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Clusters;

/// <summary>Learns clusters: read → prepare → choose how many → fit from several seeds → match with the version in use → describe.</summary>
internal sealed class ClusterTrainer(PersonVectors vectors, ClusterStore store, ClusterModels models, ShopClock clock) : IModelTrainer
{
    public const int FewestPeople = 50;
    private const int Seeds = 5;
    private const int ScatterPeople = 1_000;

    /// <summary>All that the running row can tell of how somebody buys and browses.</summary>
    public static IReadOnlyList<string> Candidates { get; } =
    [
        "days_since_last_order", "days_since_first_order", "orders", "net_revenue", "average_order", "units_per_order", "refund_share",
        "days_since_last_seen", "sessions", "browse_depth", "product_views", "searches", "cart_adds", "reviews", "review_mean",
    ];

    public string Kind => ClusterModel.Kind;

    public async Task<TrainingOutcome> TrainAsync(TrainingContext context)
    {
        var settings = JsonSerializer.Deserialize<ClusterSettings>(context.Settings, JsonSerializerOptions.Web) ?? new ClusterSettings();
        context.Report("reading", 0);
        var reference = await models.ReferenceAsync(clock.Now, context.Cancel);
        var table = await vectors.ReadAsync(Candidates, settings.Where, reference, context.Cancel);
        if (table.People.Count < FewestPeople) return TrainingOutcome.Refused($"people {table.People.Count} < {FewestPeople}");
        var before = await models.ChampionAsync(context.Cancel);
        var members = await store.MembersAsync(context.Cancel);
        var model = await context.ComputeAsync(() => Learn(settings, table, reference, before?.Model, members, context));
        if (model is null) return TrainingOutcome.Refused("features < 2");
        var quality = new Dictionary<string, double> { ["k"] = model.Clusters.Count, ["silhouette"] = model.Silhouette, ["stability"] = model.Stability, ["ARI across seeds"] = model.SeedAgreement };
        var first = reference.AddDays(-table.Of("days_since_first_order").Where(double.IsFinite).DefaultIfEmpty(0).Max());
        return TrainingOutcome.Of(new TrainedModel(model.Write(), model.IsStable ? "stable" : "unstable", model.IsStable || before is null, model.Features, quality, first, reference, table.People.Count, settings.Seed));
    }

    public async Task PublishedAsync(ModelVersion version, CancellationToken cancel) =>
        await store.AssignAsync((await models.ReadAsync(version, cancel)).Model, await models.ReferenceAsync(clock.Now, cancel), cancel);

    public Task HeardAsync(ModelVersion version, CancellationToken cancel) => Task.CompletedTask;

    /// <returns>Null when fewer than two features vary, or people differ in too few ways.</returns>
    private static ClusterModel? Learn(ClusterSettings settings, PersonTable table, DateTimeOffset asOf, ClusterModel? before, IReadOnlyDictionary<string, int> members, TrainingContext context)
    {
        context.Report("preparing", 0.05);
        var preparation = Preparation.Learn(table.Keys, table.Columns);
        if (preparation.Features.Count < 2) return null;
        var (rows, columns) = (Prepare(preparation, table), preparation.Components.Length);
        var choices = ClusterCount.Try(rows, columns, ClusterSettings.MostClusters, settings.Seed, (done, of) => context.Report("counting", 0.1 + 0.6 * done / of), context.Cancel);
        if (choices.Count == 0) return null;
        var k = settings.K is { } asked && choices.Any(c => c.K == asked) ? asked : ClusterCount.Propose(choices);
        var fits = new List<KMeansFit>();
        for (var s = 0; s < Seeds; s++)
        {
            context.Report("fitting", 0.7 + 0.25 * s / Seeds);
            fits.Add(KMeans.Fit(rows, columns, k, new KMeansOptions(settings.Seed + s), context.Cancel));
        }
        var fit = fits.MinBy(f => f.Inertia)!;
        var agreement = (from a in Enumerable.Range(0, Seeds) from b in Enumerable.Range(a + 1, Seeds - a - 1) select ClusterMetrics.AdjustedRand(fits[a].Labels, fits[b].Labels)).Average();
        context.Report("describing", 0.95);
        var (ids, next) = ClusterMatching.Ids(k, fit.Labels, before is null ? null : ClusterMatching.Labels(before, table), before);
        var moves = fit.Labels.Select((l, i) => (From: members.TryGetValue(table.People[i], out var was) ? was : (int?)null, To: ids[l])).GroupBy(m => m).Select(g => new ClusterMove(g.Key.From, g.Key.To, g.Count()));
        var scatter = Sampling.Indices(table.People.Count, ScatterPeople, settings.Seed).Select(i => new ScatterPoint(Math.Round(rows[i * columns], 3), columns > 1 ? Math.Round(rows[i * columns + 1], 3) : 0, ids[fit.Labels[i]]));
        return new ClusterModel(settings with { K = settings.K }, asOf, preparation, fit.Centroids, [.. Enumerable.Range(0, k).Select(j => Describe(j, ids[j], fit.Labels, preparation, table, before))],
            [.. preparation.Features.Select(f => Mean(table.Of(f.Key)))], choices, ClusterMetrics.Silhouette(rows, columns, fit.Labels, 2_000, settings.Seed), agreement, next, [.. scatter], before is null ? [] : [.. moves]);
    }

    internal static float[] Prepare(Preparation preparation, PersonTable table)
    {
        var kept = preparation.Features.Select(f => table.Of(f.Key)).ToArray();
        var (columns, raw) = (preparation.Components.Length, new double[kept.Length]);
        var rows = new float[table.People.Count * columns];
        for (var i = 0; i < table.People.Count; i++)
        {
            for (var f = 0; f < kept.Length; f++) raw[f] = kept[f][i];
            var components = preparation.Apply(raw);
            for (var c = 0; c < columns; c++) rows[i * columns + c] = (float)components[c];
        }
        return rows;
    }

    private static ClusterProfile Describe(int cluster, int id, int[] labels, Preparation preparation, PersonTable table, ClusterModel? before)
    {
        var rows = Enumerable.Range(0, labels.Length).Where(i => labels[i] == cluster).ToArray();
        double[] Scaled(IReadOnlyList<FeatureScale> features) => [.. features.Select(f => table.Keys.Contains(f.Key) ? rows.Average(i => f.Apply(table.Of(f.Key)[i])) : 0)];
        double? drift = null;
        if (before?.Clusters.FirstOrDefault(c => c.Id == id) is { } was)
        {
            var now = Scaled(before.Preparation.Features);
            drift = Math.Sqrt(now.Zip(was.Distances, (a, b) => (a - b) * (a - b)).Average());
        }
        return new ClusterProfile(id, rows.Length, [.. preparation.Features.Select(f => Mean(rows.Select(i => table.Of(f.Key)[i])))], Scaled(preparation.Features), drift);
    }

    private static double Mean(IEnumerable<double> values) => values.Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Average();
}
