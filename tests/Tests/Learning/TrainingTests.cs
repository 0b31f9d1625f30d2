using BehaviorDashboard.Learning;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Learning;

public sealed class TrainingTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    /// <summary>Does what the test says, and remembers what was published.</summary>
    private sealed class Trainer(Func<TrainingContext, Task<TrainingOutcome>> train) : IModelTrainer
    {
        public string Kind => "tried";

        public List<int> Published { get; } = [];

        public Task<TrainingOutcome> TrainAsync(TrainingContext context) => train(context);

        public Task PublishedAsync(ModelVersion version, CancellationToken cancel)
        {
            Published.Add(version.Version);
            return Task.CompletedTask;
        }
    }

    private static TrainedModel Model(byte[] content, bool publish) => new(content, publish ? "stable" : "unstable", publish, ["a", "b"], new Dictionary<string, double> { ["quality"] = 0.5, ["unknown"] = double.NaN }, Make.Noon.AddDays(-9), Make.Noon, 12, 3);

    [Theory, MemberData(nameof(Engines))]
    public async Task A_model_comes_back_byte_by_byte_with_its_card_and_one_version_is_in_use(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        byte[] content = [.. Enumerable.Range(0, 70_000).Select(i => (byte)i)];
        var publish = true;
        var trainer = new Trainer(_ => Task.FromResult(TrainingOutcome.Of(Model(content, publish))));
        await using var store = await OpenAsync(engine, trainer);
        var (training, registry) = (store.Services.GetRequiredService<TrainingService>(), store.Services.GetRequiredService<ModelRegistry>());
        for (var run = 0; run < 3; run++)
        {
            publish = run < 2;
            await training.QueueAsync("tried");
            await training.RunOpenAsync();
        }
        var versions = await registry.ListAsync("tried");
        Assert.Equal([(3, "candidate"), (2, "champion"), (1, "retired")], versions.Select(v => (v.Version, v.Status)));
        Assert.Equal([1, 2], trainer.Published);
        Assert.Equal(content, await registry.ContentAsync(versions[1].Id));
        Assert.Equal(["a", "b"], versions[0].ReadFeatures());
        Assert.Equal(0.5, Assert.Single(versions[0].ReadQuality()).Value);
        Assert.Equal(Make.Noon.AddDays(-9), versions[0].DataFrom);
        await training.PublishAsync(versions[0]);
        Assert.Equal(3, (await registry.ChampionAsync("tried"))!.Version);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Cancelled_failed_and_cut_off_trainings_say_so_and_a_cut_off_one_begins_again(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var runs = 0;
        TaskCompletionSource reached = new();
        var trainer = new Trainer(async context =>
        {
            runs++;
            if (context.Settings.Contains("fail", StringComparison.Ordinal)) throw new InvalidOperationException("broken");
            if (!context.Settings.Contains("wait", StringComparison.Ordinal)) return TrainingOutcome.Refused("nothing to learn");
            context.Report("waiting", 0.5);
            reached.SetResult();
            await Task.Delay(Timeout.Infinite, context.Cancel);
            return TrainingOutcome.Refused("never");
        });
        await using var store = await OpenAsync(engine, trainer);
        var training = store.Services.GetRequiredService<TrainingService>();
        await training.QueueAsync("tried", """{"do":"fail"}""");
        await training.RunOpenAsync();
        var waiting = await training.QueueAsync("tried", """{"do":"wait"}""");
        Assert.Equal(waiting.Id, (await training.QueueAsync("tried")).Id);
        var run = training.RunOpenAsync();
        await reached.Task;
        Assert.Equal(("waiting", 0.5), (training.Progress!.Step, training.Progress.Share));
        await training.CancelAsync(waiting.Id);
        await run;
        Assert.Null(training.Progress);
        Assert.Equal([("cancelled", null), ("failed", "broken")], (await training.JobsAsync()).Select(j => (j.Status, j.Reason)));

        // A process that dies leaves its job running in the store.
        reached = new();
        await training.QueueAsync("tried", """{"do":"wait"}""");
        using var stop = new CancellationTokenSource();
        run = training.RunOpenAsync(stop.Token);
        await reached.Task;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal("running", (await training.JobsAsync())[0].Status);
        await store.Services.GetRequiredService<TrainingStore>().RequeueAsync(3, Make.Noon, TestContext.Current.CancellationToken);
        Assert.Equal("queued", (await training.JobsAsync())[0].Status);
        await store.Database.ExecuteAsync("update training_jobs set settings = '{}' where status = 'queued'");
        await training.RunOpenAsync();
        Assert.Equal(("refused", "nothing to learn", 2), ((await training.JobsAsync())[0].Status, (await training.JobsAsync())[0].Reason, (await training.JobsAsync())[0].Attempts));
        Assert.Equal(4, runs);
    }

    [Fact]
    public async Task A_schedule_trains_when_it_is_due_and_not_before()
    {
        var time = new FakeTimeProvider(Make.Noon);
        var trainer = new Trainer(_ => Task.FromResult(TrainingOutcome.Of(Model([1], true))));
        await using var store = await OpenAsync(Engine.DuckDb, trainer, time);
        var training = store.Services.GetRequiredService<TrainingService>();
        await training.ScheduleAsync("tried", 7);
        time.Advance(TimeSpan.FromDays(6));
        await training.RunOpenAsync();
        Assert.Empty(trainer.Published);
        time.Advance(TimeSpan.FromDays(2));
        await training.RunOpenAsync();
        await training.RunOpenAsync();
        Assert.Single(trainer.Published);
        await training.ScheduleAsync("tried", 0);
        Assert.Empty(await training.SchedulesAsync());
    }

    private static Task<TestStore> OpenAsync(Engine engine, IModelTrainer trainer, TimeProvider? time = null) =>
        TestStore.OpenAsync(engine, [new LearningModule()], time ?? new FakeTimeProvider(Make.Noon), s => s.AddSingleton(trainer));
}
