using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Clusters;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Predictions;
using BehaviorDashboard.Statistics;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Assignment = BehaviorDashboard.Campaigns.Assignment;

namespace BehaviorDashboard.Tests.Campaigns;

/// <summary>Who is kept where there is a limit: by chance, by the chance to buy, by the learned effect.</summary>
public sealed class CampaignUpliftTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static CampaignSpec Limited(int limit) => CampaignWorld.Spec(0) with { Audience = new CampaignAudience([], [], limit) };

    [Theory, MemberData(nameof(Engines))]
    public async Task Effects_are_learned_from_past_campaigns_and_a_limit_keeps_those_who_are_moved(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(1_200);
        var training = world.Store.Services.GetRequiredService<TrainingService>();
        Assert.Equal("none", (await world.Service.EstimateAsync(null, Limited(100))).RankedBy);
        Assert.Equal("all", (await world.Service.EstimateAsync(null, CampaignWorld.Spec(0))).RankedBy);
        await training.QueueAsync("uplift");
        await training.RunOpenAsync();
        Assert.Contains("holdout", (await training.JobsAsync(5))[0].Reason, StringComparison.Ordinal);

        // Every third person looks around often; a mail makes half of them buy, and one in forty of the others whatever happens.
        bool Keen(string person) => int.Parse(person[1..], null) % 3 == 0;
        await world.Store.Writer.AppendAsync([.. from i in Enumerable.Range(1, 1_200) where i % 3 == 0 from v in Enumerable.Range(0, 6) select Make.Event($"v{i}-{v}", EventNames.ProductViewed, $"p{i:0000}", at: Make.Noon.AddDays(-20 + v), product: "cup")]);
        var campaign = await world.StartAsync(CampaignWorld.Spec(0.4));
        await world.DrainAsync();
        world.Time.Advance(TimeSpan.FromDays(1));
        var people = (await world.Service.PeopleAsync(campaign.Id, limit: 2_000)).Select((p, i) => (p.Person, p.Arm, Number: i)).ToList();
        foreach (var p in people.Where(p => (Keen(p.Person) && p.Arm != Assignment.Held && p.Number % 2 == 0) || p.Number % 40 == 0)) await world.OrderAsync(p.Person, 20);
        world.Time.Advance(TimeSpan.FromDays(7));
        await training.QueueAsync("uplift");
        await training.RunOpenAsync();
        var model = await world.Store.Services.GetRequiredService<ModelRegistry>().ChampionAsync("uplift");
        Assert.True(model is not null, (await training.JobsAsync(1))[0].Reason);
        var estimate = await world.Service.EstimateAsync(null, Limited(200));
        Assert.Equal(("uplift", 200L), (estimate.RankedBy, estimate.Eligible));
        world.Time.Advance(TimeSpan.FromDays(9));
        var next = await world.StartAsync(Limited(200));
        var kept = (await world.Service.PeopleAsync(next.Id, arm: "A", limit: 2_000)).ToList();
        Assert.Equal(200, kept.Count);
        Assert.True(kept.Count(p => Keen(p.Person)) >= 190, $"{kept.Count(p => Keen(p.Person))} of 200 are those whom a mail moves.");
        Assert.All(kept, p => Assert.NotNull(p.Score));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Until_then_a_limit_keeps_those_most_likely_to_buy(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine, null, new ClustersModule(), new PredictionsModule());
        await world.PeopleAsync(40);
        await world.Store.Database.ExecuteAsync("insert into prediction_scores (user_id, as_of, buy7, buy30) select user_id, @At, case when user_id > 'p0030' then 0.5 else 0.1 end, case when user_id <= 'p0010' then 0.9 else 0.1 end from profiles", new { At = Make.Noon });
        Assert.Equal(("propensity", 10L), (await world.Service.EstimateAsync(null, Limited(10))) is var e ? (e.RankedBy, e.Eligible) : default);
        // Of a week, and of a month where the campaign counts for a month.
        var week = await world.StartAsync(Limited(10));
        Assert.All(await world.Service.PeopleAsync(week.Id, arm: "A"), p => Assert.InRange(p.Person, "p0031", "p0040"));
        var month = await world.StartAsync(Limited(10) with { WindowDays = 30 });
        Assert.All(await world.Service.PeopleAsync(month.Id, arm: "A"), p => Assert.InRange(p.Person, "p0001", "p0010"));
    }

    [Fact]
    public void Faint_effects_are_ranked_by_who_takes_notice_and_buys_and_a_clear_pattern_is_found_all_the_same()
    {
        var random = new Random(11);
        // Few conversions, and the lift is the same share of everybody's chance: nothing but chance and opening to rank by.
        var rows = Enumerable.Range(0, 8_000).Select(_ => new[] { random.NextDouble(), random.NextDouble(), random.NextDouble() }).ToList();
        var opens = rows.Select(r => r[1] > 0.5 ? 0.8 : 0.1).ToList();
        var effects = rows.Select((r, i) => 0.06 * r[0] * opens[i] * 0.4).ToList();
        var treated = rows.Select(_ => random.NextDouble() < 0.8).ToList();
        var noticed = rows.Select((_, i) => treated[i] && random.NextDouble() < opens[i]).ToList();
        var outcome = rows.Select((r, i) => random.NextDouble() < 0.06 * r[0] * (noticed[i] ? 1.4 : 1) ? 1.0 : 0).ToList();
        var table = new UpliftTable(["a", "b", "c"], rows, treated, outcome, noticed);
        var model = UpliftModel.Fit(table, 3);
        var oracle = UpliftCurve.OfTruth(effects, effects).Qini;
        var ours = UpliftCurve.OfTruth([.. rows.Select(r => model.Predict(r))], effects).Qini;
        Assert.True(ours > 0.85 * oracle, $"{model.Learner}: {ours} of {oracle}");
    }

    [Fact]
    public void The_difference_of_two_rankings_is_that_of_their_areas_and_has_its_error()
    {
        var random = new Random(2);
        var effects = Enumerable.Range(0, 3_000).Select(_ => random.NextDouble() - 0.4).ToList();
        var (good, coarse) = (effects.Select(e => e + 0.3 * random.NextDouble()).ToList(), effects.Select(e => Math.Round(e)).ToList());
        var (difference, error) = UpliftCurve.Compare(good, coarse, effects);
        Assert.Equal(UpliftCurve.OfTruth(good, effects).Qini - UpliftCurve.OfTruth(coarse, effects).Qini, difference, 9);
        Assert.True(difference > 2 * error && error > 0);
        Assert.Equal((0.0, 0.0), UpliftCurve.Compare(good, good, effects));
    }
}
