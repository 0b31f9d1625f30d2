using System.Globalization;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Clusters;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Features;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Imports;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Clusters;

public sealed class ClusterRunTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    /// <summary>Three kinds of customers, far apart; then one of them changes, and new ones come.</summary>
    [Theory, MemberData(nameof(Engines))]
    public async Task Known_kinds_are_found_named_kept_from_run_to_run_and_followed_by_segments(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await OpenAsync(engine, time);
        var random = new Random(5);
        await store.Writer.AppendAsync([.. Kind(random, "few", 60, 1, 30, 300), .. Kind(random, "often", 60, 15, 40, 5), .. Kind(random, "rich", 60, 4, 2_000, 40)]);
        await using var scope = store.Services.CreateAsyncScope();
        var (clusters, segments, keeper) = (scope.ServiceProvider.GetRequiredService<ClusterService>(), scope.ServiceProvider.GetRequiredService<SegmentService>(), store.Services.GetRequiredService<MembershipKeeper>());

        Assert.Null(await clusters.FindAsync(null));
        await clusters.TrainAsync(new ClusterSettings());
        await clusters.Training.RunOpenAsync();
        var first = (await clusters.FindAsync(null))!;
        Assert.Equal(("champion", "stable", 180L), (first.Version.Status, first.Version.Verdict, first.Version.RowCount));
        Assert.Equal([60, 60, 60], first.Model.Clusters.Select(c => c.Size));
        Assert.Equal(3, (await clusters.NamesAsync(first.Model)).Values.Distinct().Count());
        await SameInCSharpAsync(store, first, time.GetUtcNow());

        var rich = first.Model.Clusters.MaxBy(c => c.Means[first.Model.Features.ToList().IndexOf("net_revenue")])!.Id;
        await clusters.RenameAsync(rich, "Gold");
        var segment = (await clusters.MakeSegmentAsync(rich, "Gold")).Segment!;
        Assert.Equal(60, (await segments.FindAsync(segment.Id))!.Size);
        Assert.All(await segments.NewestAsync(segment.Id, 100), m => Assert.StartsWith("rich", m.Person, StringComparison.Ordinal));

        // Somebody new who buys as the rich do is one of them at the next pass, without a training.
        await store.Writer.AppendAsync([.. Kind(random, "rich-too", 1, 4, 2_000, 40)]);
        await keeper.PassAsync();
        Assert.Equal(61, (await segments.FindAsync(segment.Id))!.Size);

        await store.Writer.AppendAsync([.. Kind(random, "rich-new", 30, 4, 2_000, 40)]);
        time.Advance(TimeSpan.FromHours(1));
        await clusters.TrainAsync(new ClusterSettings(K: 3, Seed: 8));
        await clusters.Training.RunOpenAsync();
        var second = (await clusters.FindAsync(null))!;
        Assert.Equal(2, second.Version.Version);
        Assert.Equal(91, second.Model.Clusters.Single(c => c.Id == rich).Size);
        Assert.Equal("Gold", (await clusters.NamesAsync(second.Model))[rich]);
        Assert.All(second.Model.Clusters, c => Assert.InRange(c.Drift!.Value, 0, 0.5));
        Assert.Contains(new ClusterMove(null, rich, 31), second.Model.Moves);
        Assert.Equal("retired", (await clusters.VersionsAsync()).Single(v => v.Version == 1).Status);
        await keeper.PassAsync();
        Assert.Equal(91, (await segments.FindAsync(segment.Id))!.Size);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Too_few_people_are_refused_with_the_figures_and_nothing_is_published(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await OpenAsync(engine, new FakeTimeProvider(Make.Noon));
        await store.Writer.AppendAsync([.. Kind(new Random(1), "one", 20, 3, 30, 10)]);
        var training = store.Services.GetRequiredService<TrainingService>();
        await training.QueueAsync("clusters");
        await training.RunOpenAsync();
        var job = Assert.Single(await training.JobsAsync());
        Assert.Equal(("refused", "people 20 < 50"), (job.Status, job.Reason));
        Assert.Empty(await store.Services.GetRequiredService<ModelRegistry>().ListAsync());
    }

    /// <summary>UCI Online Retail: clusters tell good customers from lost ones.</summary>
    [Fact]
    public async Task Online_Retail_clusters_make_sense()
    {
        Assert.SkipWhen(Repository.Data is null, Repository.DataMissing);
        var files = Directory.GetFiles(Path.Combine(Repository.Data!, "online_retail"), "*.csv.gz").Order(StringComparer.Ordinal).ToList();
        await using var store = await OpenAsync(Engine.DuckDb, TimeProvider.System, new IngestModule(), new ImportsModule(), new CatalogModule());
        await store.Services.GetRequiredService<ImportService>().RunAsync(new ImportRequest("uci-online-retail", files));
        var training = store.Services.GetRequiredService<TrainingService>();
        await training.QueueAsync("clusters");
        await training.RunOpenAsync();
        await using var scope = store.Services.CreateAsyncScope();
        var service = scope.ServiceProvider.GetRequiredService<ClusterService>();
        var (version, model) = (await service.FindAsync(null))!;
        var names = await service.NamesAsync(model);
        TestContext.Current.TestOutputHelper?.WriteLine($"{version.Verdict} {version.Quality}\n" + string.Join('\n', model.Clusters.Select(c => $"{c.Size} {names[c.Id]}: {string.Join(' ', model.Features.Zip(c.Means, (f, m) => $"{f}={m:N1}"))}")));
        Assert.True(model.SeedAgreement >= ClusterModel.Agreeing);
        Assert.Equal(await store.Database.ScalarAsync<long>("select count(*) from profiles where orders > 0"), model.People);
        var (orders, recency) = (model.Features.ToList().IndexOf("orders"), model.Features.ToList().IndexOf("days_since_last_order"));
        var (best, lost) = (model.Clusters.MaxBy(c => c.Means[orders])!, model.Clusters.MaxBy(c => c.Means[recency])!);
        Assert.True(best.Means[recency] < lost.Means[recency] / 2 && best.Means[orders] > 2 * lost.Means[orders]);
        await SameInCSharpAsync(store, (version, model), DateTimeOffset.UtcNow);
    }

    private static Task SameInCSharpAsync(TestStore store, ClusterVersion version, DateTimeOffset now) => SameInCSharpAsync(store, (version.Version, version.Model), now);

    /// <summary>SQL over running rows and arithmetic over vectors put everybody into the same cluster.</summary>
    private static async Task SameInCSharpAsync(TestStore store, (ModelVersion Version, ClusterModel Model) shown, DateTimeOffset now)
    {
        var models = store.Services.GetRequiredService<ClusterModels>();
        var table = await store.Services.GetRequiredService<PersonVectors>().ReadAsync(ClusterTrainer.Candidates, shown.Model.Settings.Where, await models.ReferenceAsync(now, TestContext.Current.CancellationToken));
        var labels = ClusterMatching.Labels(shown.Model, table);
        var members = await store.Services.GetRequiredService<ClusterStore>().MembersAsync(TestContext.Current.CancellationToken);
        Assert.Equal(table.People.Count, members.Count);
        var different = table.People.Where((p, i) => members[p] != shown.Model.Clusters[labels[i]].Id).Count();
        Assert.True(different <= table.People.Count / 1_000, $"{different} of {table.People.Count} differ.");
    }

    private static IEnumerable<ShopEvent> Kind(Random random, string kind, int people, int orders, int worth, int lastDays) =>
        from p in Enumerable.Range(0, people)
        from o in Enumerable.Range(0, orders + (random.Next(5) == 0 ? 1 : 0))
        let id = string.Create(CultureInfo.InvariantCulture, $"{kind}-{p}-{o}")
        select Make.Event(id, "Order Completed", $"{kind}{p}", at: Make.Noon.AddDays(-2 - lastDays * (1 + 0.1 * random.NextDouble()) - o * (5 + random.NextDouble())), revenue: (decimal)(worth * (0.8 + 0.4 * random.NextDouble())), order: id);

    private static Task<TestStore> OpenAsync(Engine engine, TimeProvider time, params IModule[] more) => TestStore.OpenAsync(engine, [new LearningModule(), new SegmentsModule(), new ClustersModule(), .. more], time,
        s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(time, TimeZoneInfo.Utc)));
}
