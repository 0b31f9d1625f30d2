using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Learning;

/// <summary>A bad model never takes the place of a good one by itself.</summary>
public sealed class ChampionTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private sealed class Trainer : IModelTrainer
    {
        public string Kind => "tried";

        public ModelCard? Card { get; set; }

        public List<ModelCheck> Checks { get; } = [];

        public Task<TrainingOutcome> TrainAsync(TrainingContext context) =>
            Task.FromResult(TrainingOutcome.Of(new TrainedModel([1], "better", true, ["a"], Card?.Measures.ToDictionary(m => m.Name, m => m.Value) ?? [], Make.Noon.AddDays(-9), Make.Noon, 12, 3, Card)));

        public Task PublishedAsync(ModelVersion version, CancellationToken cancel) => Task.CompletedTask;

        public Task<IReadOnlyList<ModelCheck>> CheckAsync(ModelVersion champion, CancellationToken cancel) => Task.FromResult<IReadOnlyList<ModelCheck>>(Checks);
    }

    private static ModelCard Card(double loss, bool beats = true, CardChallenge? challenge = null) =>
        new() { Primary = "log loss", Measures = [new("log loss", loss, loss - 0.01, loss + 0.01)], BeatsBaseline = beats, Challenge = challenge, Drivers = [new("a", 0.1, 1)], Scores = ValueShape.Of([1, 2, 3]) };

    [Theory, MemberData(nameof(Engines))]
    public async Task A_worse_or_unmeasured_version_waits_a_forced_one_needs_a_reason_and_a_roll_back_restores(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var (trainer, time) = (new Trainer(), new FakeTimeProvider(Make.Noon));
        await using var store = await TestStore.OpenAsync(engine, [new LearningModule()], time, s => s.AddSingleton<IModelTrainer>(trainer));
        var (training, registry) = (store.Services.GetRequiredService<TrainingService>(), store.Services.GetRequiredService<ModelRegistry>());
        async Task<string?> TrainAsync(ModelCard? card)
        {
            trainer.Card = card;
            time.Advance(TimeSpan.FromHours(1));
            await training.QueueAsync("tried");
            await training.RunOpenAsync();
            return (await training.JobsAsync(1))[0].Reason;
        }
        Assert.Null(await TrainAsync(Card(0.5)));
        Assert.Equal("worse than the version in use", await TrainAsync(Card(0.6)));
        Assert.Equal("unevaluated", await TrainAsync(null));
        Assert.Equal("unevaluated", await TrainAsync(new ModelCard { Primary = "log loss" }));
        Assert.Equal("not better than the baseline", await TrainAsync(Card(0.4, beats: false)));
        // The same rows decide, where both were measured on them.
        Assert.Equal("worse than the version in use", await TrainAsync(Card(0.3, challenge: new CardChallenge(1, 0.3, 0.2))));
        Assert.Equal(1, (await registry.ChampionAsync("tried"))!.Version);
        Assert.Null(await TrainAsync(Card(0.55, challenge: new CardChallenge(1, 0.55, 0.6))));
        Assert.Equal(7, (await registry.ChampionAsync("tried"))!.Version);

        var worse = (await registry.FindAsync("tried", 2))!;
        Assert.Equal("worse than the version in use", await training.PublishAsync(worse));
        Assert.Equal("worse than the version in use", await training.PublishAsync(worse, "  "));
        Assert.Null(await training.PublishAsync(worse, "the new one fails in the shop"));
        Assert.Equal(2, (await registry.ChampionAsync("tried"))!.Version);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(7, (await training.RollBackAsync("tried"))!.Version);
        var reigns = await registry.ReignsAsync("tried");
        Assert.Equal([(7, "rolled back"), (2, "forced"), (7, "trained"), (1, "trained")], reigns.Select(r => (r.Version, r.How)));
        Assert.Equal("the new one fails in the shop", reigns[1].Reason);
        Assert.Equal(0.5, (await registry.FindAsync("tried", 1))!.ReadCard()!.Measure("log loss")!.Value);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Drift_is_kept_watched_by_rules_and_trains_again_only_where_that_is_the_policy(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var (trainer, time) = (new Trainer { Card = Card(0.5) }, new FakeTimeProvider(Make.Noon));
        await using var store = await TestStore.OpenAsync(engine, [new LearningModule()], time, s => s.AddSingleton<IModelTrainer>(trainer));
        var (training, registry) = (store.Services.GetRequiredService<TrainingService>(), store.Services.GetRequiredService<ModelRegistry>());
        await training.QueueAsync("tried");
        await training.RunOpenAsync();
        trainer.Checks.Add(new ModelCheck(ModelCheck.InputDrift, 0.4, Detail: "a"));
        trainer.Checks.Add(new ModelCheck(ModelCheck.CalibrationError, 0.08, 0.02, 0.1));
        time.Advance(TimeSpan.FromDays(1));
        await training.CheckAsync();
        await training.CheckAsync();
        Assert.Equal(2, (await registry.ChecksAsync("tried")).Count);
        Assert.DoesNotContain(await training.JobsAsync(), j => j.IsOpen);
        await training.SetRetrainOnDriftAsync("tried", true);
        time.Advance(TimeSpan.FromDays(1));
        await training.CheckAsync();
        Assert.Contains(await training.JobsAsync(), j => j.IsOpen);

        var kpis = store.Services.GetServices<IKpiSource>().Single(k => k.Source == "model");
        Assert.Equal("tried", Assert.Single(await kpis.ObjectsAsync("", 5)).Id);
        Assert.Equal(0.4, (await kpis.ReadAsync(new KpiName("model", "input_drift", "tried"), time.GetUtcNow()))!.Value);
        Assert.Equal(0.02, (await kpis.ReadAsync(new KpiName("model", "calibration_error", "tried"), time.GetUtcNow()))!.Low);
        Assert.Null(await kpis.ReadAsync(new KpiName("model", "input_drift", "tried"), Make.Noon.AddHours(5)));
        Assert.Null(await kpis.ReadAsync(new KpiName("model", "age", "tried"), Make.Noon.AddHours(-1)));
        Assert.Equal(4, (await kpis.HistoryAsync(new KpiName("model", "age", "tried"), new TimeRange(Make.Noon.AddDays(-1), Make.Noon.AddDays(3)), TimeSpan.FromDays(1))).Count);
    }

    [Fact]
    public void A_calibration_error_alarms_only_beyond_chance()
    {
        Assert.False(new ModelCheck(ModelCheck.CalibrationError, 0.08, 0.02, 0.1).IsAlarm);
        Assert.True(new ModelCheck(ModelCheck.CalibrationError, 0.08, 0.06, 0.1).IsAlarm);
        Assert.True(new ModelCheck(ModelCheck.ScoreDrift, 0.3).IsAlarm);
    }
}
