using BehaviorDashboard.Contracts;
using BehaviorDashboard.Features;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Predictions;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Predictions;

public sealed class PredictionRunTests
{
    private const int Days = 220;

    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    [Theory, MemberData(nameof(Engines))]
    public async Task Everything_is_trained_scored_offered_to_segments_and_erased(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var w = await PredictionWorld.OpenAsync(engine, PredictionWorld.Begin.AddDays(Days));
        await w.LiveAsync(160, Days);
        foreach (var kind in PredictionKinds.All)
        {
            var job = await w.TrainAsync(kind);
            Assert.True(job.Status == "done", $"{kind}: {job.Status} {job.Reason}");
            Assert.NotNull((await w.Registry.ChampionAsync(kind))!.ReadCard()!.Measure((await w.Registry.ChampionAsync(kind))!.ReadCard()!.Primary));
        }
        var run = (await w.Scorer.ScoreAllAsync())!;
        Assert.Equal(PredictionKinds.All.Order(), run.Versions.Keys.Order());
        Assert.All(run.Totals, t => Assert.True(t.Low <= t.Value && t.Value <= t.High && t.Value > 0));
        Assert.Equal([30, 90, 365], run.Totals.Select(t => t.Days));
        var all = await w.Service.PageAsync(null, 1_000);
        Assert.Equal(run.People, all.Count);
        Assert.All(all, s => Assert.True(s.Buy30Low <= s.Buy30 && s.Buy30 <= s.Buy30High && s.Buy30 is >= 0 and <= 1 && s.Churn is >= 0 and <= 1));
        // Regulars, who come every twelve days, against the seldom, who come every sixty.
        double Mean(int rest, Func<PersonScore, double?> of) => all.Where(s => int.Parse(s.UserId[1..], System.Globalization.CultureInfo.InvariantCulture) % 2 == rest).Average(s => of(s) ?? 0);
        Assert.True(Mean(0, s => s.Buy30) > Mean(1, s => s.Buy30) + 0.2);
        Assert.True(Mean(0, s => s.Value90) > 2 * Mean(1, s => s.Value90));
        Assert.True(Mean(0, s => s.NextOrderDays) < Mean(1, s => s.NextOrderDays));
        var first = all[0];
        Assert.Equal("Tea", first.NextCategory);
        Assert.InRange(first.PriceIndex!.Value, first.PriceIndexLow!.Value, first.PriceIndexHigh!.Value);
        Assert.NotEmpty(await w.Service.DriversAsync(PredictionKinds.Buy30, first.UserId));
        Assert.Equal(all.Count, (await w.Service.HistogramAsync(PredictionKinds.Buy30)).Sum(b => b.People));

        // As a condition reads it.
        var figures = (await w.Store.Services.GetServices<IFigureSource>().Single().CurrentAsync(default))!;
        foreach (var figure in figures.Figures)
            Assert.True(await w.Store.Database.ScalarAsync<long>($"select count(*) from profiles p {figures.Join} where {figure.Sql} >= 0") > 100, figure.Key);

        // Whoever does something is scored again; whoever is erased is gone.
        w.Time.Advance(TimeSpan.FromHours(2));
        await w.Store.Writer.AppendAsync([PredictionWorld.Event("new", "Order Completed", first.UserId, w.Time.GetUtcNow().AddMinutes(-1), order: "new", revenue: 30)]);
        await w.Scorer.ScoreChangedAsync();
        Assert.True((await w.Service.FindAsync(first.UserId))!.AsOf > first.AsOf);
        Assert.Equal(all.Count, (await w.Service.PageAsync(null, 1_000)).Count);
        using var scope = w.Store.Services.CreateScope();
        await scope.ServiceProvider.GetRequiredService<PersonErasure>().EraseAsync(first.UserId);
        Assert.Null(await w.Service.FindAsync(first.UserId));
    }

    [Fact]
    public async Task Below_fifty_buyers_it_says_what_is_missing_and_from_fifty_it_speaks_with_wide_bands()
    {
        await using var few = await PredictionWorld.OpenAsync(Engine.DuckDb, PredictionWorld.Begin.AddDays(Days));
        await few.LiveAsync(40, Days);
        foreach (var kind in PredictionKinds.All)
        {
            var job = await few.TrainAsync(kind);
            Assert.Equal("refused", job.Status);
            Assert.Matches("buyers [0-9]+ < 50", job.Reason);
        }
        Assert.Null(await few.Scorer.ScoreAllAsync());

        await using var enough = await PredictionWorld.OpenAsync(Engine.DuckDb, PredictionWorld.Begin.AddDays(Days));
        await enough.LiveAsync(52, Days);
        Assert.Equal("done", (await enough.TrainAsync(PredictionKinds.Buy30)).Status);
        Assert.Equal("done", (await enough.TrainAsync(PredictionKinds.Value)).Status);
        await enough.Scorer.ScoreAllAsync();
        var scores = await enough.Service.PageAsync(null, 100);
        Assert.True(scores.Average(s => s.Buy30High - s.Buy30Low) > 0.1);
        Assert.Contains("few", (await enough.Registry.ChampionAsync(PredictionKinds.Value))!.ReadCard()!.Limits.Concat((await enough.Registry.ChampionAsync(PredictionKinds.Buy30))!.ReadCard()!.Limits));
    }

    [Fact]
    public async Task Whoever_refuses_analytics_is_neither_learned_from_nor_scored()
    {
        await using var w = await PredictionWorld.OpenAsync(Engine.DuckDb, PredictionWorld.Begin.AddDays(Days));
        await w.LiveAsync(80, Days);
        await w.Store.Services.GetRequiredService<ConsentService>().SetAsync(PredictionWorld.Person(0), Purposes.Analytics, false, "test");
        await w.TrainAsync(PredictionKinds.Buy30);
        await w.Scorer.ScoreAllAsync();
        Assert.Null(await w.Service.FindAsync(PredictionWorld.Person(0)));
        Assert.NotNull(await w.Service.FindAsync(PredictionWorld.Person(2)));
        Assert.DoesNotContain(await w.History.OrdersAsync(w.Time.GetUtcNow(), default), o => o.Person == PredictionWorld.Person(0));
    }

    [Fact]
    public async Task What_was_foretold_is_held_against_what_came_and_a_moved_shop_is_noticed()
    {
        await using var w = await PredictionWorld.OpenAsync(Engine.DuckDb, PredictionWorld.Begin.AddDays(Days));
        await w.LiveAsync(200, Days + 40, until: PredictionWorld.Begin.AddDays(Days));
        await w.TrainAsync(PredictionKinds.Buy30);
        await w.Scorer.ScoreAllAsync();
        await w.LiveAsync(200, Days + 40);
        w.Time.Advance(TimeSpan.FromDays(38));
        await w.Training.CheckAsync();
        var checks = (await w.Registry.ChecksAsync(PredictionKinds.Buy30)).ToDictionary(c => c.Measure);
        Assert.False(checks[ModelCheck.CalibrationError].Check.IsAlarm);
        Assert.True(checks["live AUC"].Value > 0.6);
        // Then nobody comes for two months but one: recency has moved for everybody.
        w.Time.Advance(TimeSpan.FromDays(60));
        await w.Store.Writer.AppendAsync([PredictionWorld.Event("last", "Product Viewed", PredictionWorld.Person(1), w.Time.GetUtcNow().AddDays(-1), "Tea", 10)]);
        await w.Training.CheckAsync();
        Assert.True((await w.Registry.ChecksAsync(PredictionKinds.Buy30)).First(c => c.Measure == ModelCheck.InputDrift).Check.IsAlarm);
    }

    [Theory, InlineData(1, 40, 40, 20, 40), InlineData(5, 100, 10, 20, 44), InlineData(3, 400, 10, 100, 90), InlineData(30, 60, 1, 5, 30)]
    public void A_customer_is_gone_after_twice_their_usual_gap(double orders, double first, double last, double usual, int days) => Assert.Equal(days, ChurnHorizon.Days(orders, first, last, usual));
}
