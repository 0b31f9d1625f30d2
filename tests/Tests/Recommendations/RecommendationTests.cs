using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Recommendations;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Recommendations;

/// <summary>Learning from the store, guarding the champion, and lists that follow people and rules.</summary>
public sealed class RecommendationTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static readonly NoAudit Audit = new();

    [Theory, MemberData(nameof(Engines))]
    public async Task Three_clicks_change_the_list_of_a_new_visitor_on_the_next_call_and_follow_them_when_they_sign_in(Engine engine)
    {
        await using var shop = await OpenAsync(engine);
        var version = await shop.TrainAsync();
        Assert.Equal(("champion", "better"), (version!.Status, version.Verdict));
        await shop.LoadAsync();
        var before = await shop.ForYouAsync("anon:d1");

        await shop.ViewsAsync(null, "d1", 3, 5, 8);
        var list = await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, "anon:d1", Limit: 8));

        Assert.Equal(8, before.Count);
        Assert.NotEqual(before, list.Items.Select(i => i.ProductId));
        Assert.InRange(list.Items.Count(i => TwoTasteShop.IsTea(i.ProductId)), 6, 8);
        Assert.DoesNotContain(list.Items, i => i.ProductId is "p03" or "p05" or "p08");
        Assert.All(list.Items, i => Assert.Equal("because_viewed", i.Reason.Code));
        Assert.Contains(list.Items[0].Reason.ProductId, new[] { "p03", "p05", "p08" });
        Assert.Contains("Tea number", list.Items[0].Reason.English, StringComparison.Ordinal);
        Assert.StartsWith("default.for_you.", list.Id, StringComparison.Ordinal);

        await shop.HappensAsync(Make.Event("in", "Signed In", "new-user", "d1", shop.Time.GetUtcNow().AddMinutes(1)));
        Assert.Equal(list.Items.Select(i => i.ProductId), await shop.ForYouAsync("new-user"));
        Assert.Equal(list.Items.Select(i => i.ProductId), await shop.ForYouAsync("anon:d1"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Known_people_get_their_taste_and_products_get_their_like_and_what_is_bought_with_them(Engine engine)
    {
        await using var shop = await OpenAsync(engine);
        await shop.TrainAsync();
        await shop.LoadAsync();

        Assert.InRange((await shop.ForYouAsync("u1")).Count(TwoTasteShop.IsTea), 0, 2);
        Assert.InRange((await shop.ForYouAsync("u2")).Count(TwoTasteShop.IsTea), 6, 8);
        var similar = await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.Similar, ProductId: "p04", Limit: 5));
        Assert.All(similar.Items, i => Assert.Equal(("similar", "p04"), (i.Reason.Code, i.Reason.ProductId)));
        var together = await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.BoughtTogether, ProductId: "p00", Limit: 3));
        Assert.Equal(("p01", "bought_together"), (together.Items[0].ProductId, together.Items[0].Reason.Code));
        await shop.ViewsAsync("u2", null, 7, 2);
        var recent = await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.RecentlyViewed, "u2", Limit: 2));
        Assert.Equal(["p02", "p07"], recent.Items.Select(i => i.ProductId));
        Assert.Equal(6, (await shop.Service.ForAsync("u2")).Items.Count);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_product_that_came_after_the_training_is_shown_by_what_it_says_of_itself(Engine engine)
    {
        await using var shop = await OpenAsync(engine);
        await shop.TrainAsync();
        await shop.Store.Services.GetRequiredService<IProductCatalog>().UpsertAsync([new ProductFact("new", "Tea number 3 and 5", "Tea", "Odd", 12, 6, "USD", 50), new ProductFact("told", "Novelty", Price: 12, Stock: 50, Description: "Tea, number 3 and number 5 in one tin.")], "test", false, default);
        await shop.LoadAsync();
        await shop.ViewsAsync(null, "d9", 3, 5);

        Assert.Contains("new", (await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.Similar, ProductId: "p03", Limit: 5))).Items.Select(i => i.ProductId));
        Assert.Contains("new", await shop.ForYouAsync("anon:d9", 20));
        // Nothing but its description ties this one to anything.
        Assert.Contains("told", (await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.Similar, ProductId: "p03", Limit: 20))).Items.Select(i => i.ProductId));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Rules_drop_what_is_sold_out_bought_or_excluded_put_pins_first_and_say_so(Engine engine)
    {
        await using var shop = await OpenAsync(engine);
        await shop.TrainAsync();
        await shop.Store.Services.GetRequiredService<IProductCatalog>().UpsertAsync([TwoTasteShop.Fact(6, stock: 0)], "test", false, default);
        await shop.LoadAsync();
        await shop.ViewsAsync(null, "d1", 3, 5, 8);
        await shop.HappensAsync(Make.Event("b#1", EventNames.OrderCompleted, null, "d1", shop.Time.GetUtcNow(), type: EventTypes.Item, product: "p09", order: "b", price: 10, quantity: 1));
        await shop.Book.AddOverrideAsync(new Override(0, Override.Exclude, "p10", null, null, 1, "bad batch", "user:1", default, null), Audit);
        await shop.Book.AddOverrideAsync(new Override(0, Override.Pin, "p30", null, null, 1, "new line", "user:1", default, shop.Time.GetUtcNow().AddDays(1)), Audit);

        var list = await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, "anon:d1", Limit: 12, Explain: true));

        Assert.Equal(("p30", "pinned"), (list.Items[0].ProductId, list.Items[0].Reason.Code));
        var dropped = list.Dropped.ToDictionary(d => d.ProductId, d => d.Rule);
        Assert.Equal(("out_of_stock", "bought", "excluded", "seen"), (dropped["p06"], dropped["p09"], dropped["p10"], dropped["p03"]));
        Assert.Equal("bad batch", list.Dropped.Single(d => d.ProductId == "p10").Note);
        Assert.DoesNotContain(list.Items, i => dropped.ContainsKey(i.ProductId));
        Assert.All(list.Items.Skip(1), i => Assert.NotEmpty(i.Why!.Voices));

        shop.Time.Advance(TimeSpan.FromDays(2));
        Assert.NotEqual("p30", (await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, "anon:d1", Limit: 12))).Items[0].ProductId);
        Assert.NotNull((await shop.Book.AddOverrideAsync(new Override(0, Override.Pin, null, "Tea", null, 1, "x", "user:1", default, null), Audit)).Problem);
        Assert.NotNull((await shop.Book.AddOverrideAsync(new Override(0, Override.Exclude, "p1", null, null, 1, " ", "user:1", default, null), Audit)).Problem);
    }

    [Fact]
    public async Task The_policy_trades_relevance_for_margin_and_variety_and_holds_its_caps()
    {
        await using var shop = await OpenAsync(Engine.DuckDb);
        await shop.TrainAsync();
        await shop.LoadAsync();
        await shop.ViewsAsync(null, "d1", 3, 5, 23);
        async Task<IReadOnlyList<RecommendedProduct>> ListAsync(RankingPolicy policy) => (await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, "anon:d1", Limit: 8, Policy: policy))).Items;

        var plain = await ListAsync(new RankingPolicy { Margin = 0, Diversity = 0 });
        var greedy = await ListAsync(new RankingPolicy { Margin = 1, Diversity = 0 });
        var capped = await ListAsync(new RankingPolicy { Margin = 0, Diversity = 0, CategoryCap = 2, BrandCap = 3 });
        var varied = await ListAsync(new RankingPolicy { Margin = 0, Diversity = 0.9 });

        Assert.True(greedy.Sum(i => i.Price!.Value - 5) > plain.Sum(i => i.Price!.Value - 5));
        Assert.All(capped.GroupBy(i => i.Category), g => Assert.InRange(g.Count(), 1, 2));
        Assert.All(capped.GroupBy(i => i.Brand), g => Assert.InRange(g.Count(), 1, 3));
        Assert.True(varied.Select(i => i.Category).Distinct().Count() >= plain.Select(i => i.Category).Distinct().Count());
        Assert.NotEmpty(new RankingPolicy { Margin = double.NaN, BrandCap = -1 }.Problems());
    }

    /// <summary>Each kind of broken data leaves the good champion in use, and the reason stands on the card or the job.</summary>
    [Theory]
    [InlineData(Engine.DuckDb, "update events set user_id = 'u' || cast(abs(hash(message_id)) % 160 as text) where type = 'track'", "not better")]
    [InlineData(Engine.DuckDb, "update events set product_id = 'p01' where product_id is not null", "products 1 < 8")]
    [InlineData(Engine.DuckDb, "delete from events", "people 0 < 40")]
    [InlineData(Engine.DuckDb, "delete from events where user_id > 'u15'", "shrank")]
    [InlineData(Engine.Postgres, "update events set user_id = 'u' || cast(abs(hashtext(message_id)) % 160 as text) where type = 'track'", "not better")]
    [InlineData(Engine.Postgres, "update events set product_id = 'p01' where product_id is not null", "products 1 < 8")]
    public async Task A_model_of_bad_data_cannot_replace_a_good_champion(Engine engine, string damage, string reason)
    {
        await using var shop = await OpenAsync(engine);
        var good = await shop.TrainAsync();
        await shop.Store.Database.ExecuteAsync(damage);

        var champion = await shop.TrainAsync();

        Assert.Equal(good!.Id, champion!.Id);
        var job = (await shop.Store.Services.GetRequiredService<TrainingService>().JobsAsync())[0];
        var newest = (await shop.Registry.ListAsync(RecommendationModel.Kind))[0];
        Assert.Contains(reason, job.Status == "refused" ? job.Reason : newest.Verdict, StringComparison.Ordinal);
        await shop.LoadAsync();
        Assert.Equal(good.Version, (await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.Popular))).Model);
    }

    [Fact]
    public async Task A_good_later_model_takes_over_while_lists_are_being_asked_for()
    {
        await using var shop = await OpenAsync(Engine.DuckDb);
        var first = await shop.TrainAsync();
        await shop.LoadAsync();
        using var stop = new CancellationTokenSource();
        var asking = Task.Run(async () =>
        {
            var versions = new HashSet<int?>();
            while (!stop.IsCancellationRequested)
            {
                var list = await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, "u2", Limit: 8));
                Assert.Equal(8, list.Items.Count);
                versions.Add(list.Model);
            }
            return versions;
        });

        var second = await shop.TrainAsync();
        await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.Popular));
        await stop.CancelAsync();

        Assert.Equal(first!.Version + 1, second!.Version);
        Assert.All(await asking, v => Assert.Contains(v, new int?[] { first.Version, second.Version }));
        Assert.Equal(second.Version, (await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.Popular))).Model);
    }

    [Fact]
    public async Task Without_a_model_everybody_gets_what_is_popular_and_an_empty_shop_gets_nothing()
    {
        await using var shop = await OpenAsync(Engine.DuckDb);
        await shop.LoadAsync();
        var list = await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, "anon:nobody", Limit: 5));
        Assert.Equal((5, false, null), (list.Items.Count, list.Personal, list.Model));
        Assert.All(list.Items, i => Assert.Equal("popular", i.Reason.Code));

        await using var empty = await TwoTasteShop.OpenAsync(Engine.DuckDb, people: 0);
        Assert.Empty((await empty.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou))).Items);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Erased_people_are_gone_from_memory_exposures_and_the_next_training(Engine engine)
    {
        await using var shop = await OpenAsync(engine);
        await shop.LoadAsync();
        await shop.Book.StartExperimentAsync(await ExperimentAsync(shop, 0.5), Audit);
        await shop.ForYouAsync("u2");
        await shop.Store.Services.GetRequiredService<ExposureLog>().FlushAsync(default);
        Assert.Single(await shop.Store.Services.GetRequiredService<RecommendationStore>().ExposuresAsync([(await shop.Book.ExperimentsAsync())[0].Id], default));

        var person = new ErasedPerson("u2", ["u2"], null);
        foreach (var keeper in shop.Store.Services.GetServices<IPersonalData>().Reverse()) await keeper.EraseAsync(person);
        Assert.True(shop.Store.Services.GetRequiredService<InterestKeeper>().Fold());
        await shop.LoadAsync();
        await shop.Store.Services.GetRequiredService<ExposureLog>().FlushAsync(default);

        Assert.False((await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, "u2", Counts: false))).Personal);
        Assert.Empty(await shop.Store.Services.GetRequiredService<RecommendationStore>().ExposuresAsync([(await shop.Book.ExperimentsAsync())[0].Id], default));
    }

    [Fact]
    public async Task Where_the_history_ended_years_ago_people_still_get_their_taste()
    {
        await using var shop = await OpenAsync(Engine.DuckDb);
        await shop.TrainAsync();
        await shop.LoadAsync();
        shop.Time.Advance(TimeSpan.FromDays(5_000));

        Assert.True((await shop.ForYouAsync("u2", 8)).Count(TwoTasteShop.IsTea) >= 4 + (await shop.ForYouAsync("u3", 8)).Count(TwoTasteShop.IsTea));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_another_process_erased_is_not_written_again_by_this_one(Engine engine)
    {
        await using var shop = await OpenAsync(engine);
        await shop.Book.StartExperimentAsync(await ExperimentAsync(shop, 0.5), Audit);
        var (experiment, store) = ((await shop.Book.ExperimentsAsync())[0], shop.Store.Services.GetRequiredService<RecommendationStore>());
        var (here, there) = (shop.Store.Services.GetRequiredService<ExposureLog>(), new ExposureLog(store, shop.Book, shop.Time, Microsoft.Extensions.Logging.Abstractions.NullLogger<ExposureLog>.Instance));
        here.Expose(experiment, "u2", null, counts: true);
        here.Expose(experiment, "u4", null, counts: true);

        await new ExposureErasure(there, store, shop.Time).EraseAsync(new ErasedPerson("u2", ["u2"], null));
        await here.FlushAsync(default);
        Assert.Contains(await store.ExposuresAsync([experiment.Id], default), e => e.Person == "u2");
        await here.HeedErasuresAsync(default);
        await here.FlushAsync(default);

        Assert.Equal(["u4"], (await store.ExposuresAsync([experiment.Id], default)).Select(e => e.Person));
        // Whoever comes again begins anew, and is not forgotten a second time.
        here.Expose(experiment, "u2", null, counts: true);
        await here.HeedErasuresAsync(default);
        await here.FlushAsync(default);
        Assert.Equal(2, (await store.ExposuresAsync([experiment.Id], default)).Count);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Who_withdraws_gets_lists_like_everybody_and_is_not_learnt_from(Engine engine)
    {
        await using var shop = await OpenAsync(engine);
        await shop.LoadAsync();
        var (consents, personalisation) = (shop.Store.Services.GetRequiredService<ConsentService>(), shop.Store.Services.GetRequiredService<Personalisation>());
        Assert.True((await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, "u2"))).Personal);
        await consents.SetAsync("u2", Purposes.Personalisation, false, "test");
        await consents.SetAsync("u4", Purposes.Analytics, false, "test");
        await personalisation.RefreshAsync();

        var list = await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, "u2"));
        var stranger = await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, "anon:nobody"));
        Assert.False(list.Personal);
        Assert.Equal(stranger.Items.Select(i => i.ProductId), list.Items.Select(i => i.ProductId));
        Assert.Empty((await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.RecentlyViewed, "u2"))).Items);
        var learnt = new HashSet<string>();
        await shop.Store.Services.GetRequiredService<InterestStore>().ReadAsync(Make.Noon.AddDays(-100), Make.Noon.AddDays(1), new RecommendationsOptions(), r => learnt.Add(r.Person), learning: true, default);
        Assert.DoesNotContain("u4", learnt);
        Assert.Contains("u2", learnt);

        // What was said last holds, and in one instant a refusal does.
        shop.Time.Advance(TimeSpan.FromMinutes(1));
        await consents.SetAsync("u2", Purposes.Personalisation, true, "test");
        await personalisation.RefreshAsync();
        Assert.True((await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, "u2"))).Personal);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_test_assigns_people_once_for_ever_and_by_its_share(Engine engine)
    {
        await using var shop = await OpenAsync(engine);
        await shop.LoadAsync();
        var asked = await ExperimentAsync(shop, 0.3);
        var (id, problem) = await shop.Book.StartExperimentAsync(asked, Audit);
        Assert.Null(problem);
        Assert.Equal("A test is running on this placement already.", (await shop.Book.StartExperimentAsync(asked, Audit)).Problem);
        var experiment = (await shop.Book.ExperimentsAsync()).Single();

        async Task<int> StrategyAsync(string person) => (await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, person, Limit: 3))).Strategy;
        var people = Enumerable.Range(0, 600).Select(n => $"x{n}").ToList();
        var first = new List<int>();
        foreach (var person in people) first.Add(await StrategyAsync(person));

        Assert.InRange(first.Count(s => s == experiment.ChallengerId), 180 - 45, 180 + 45);
        for (var n = 0; n < 50; n++) Assert.Equal(first[n], await StrategyAsync(people[n]));
        await shop.Store.Services.GetRequiredService<ExposureLog>().FlushAsync(default);
        var exposures = await shop.Store.Services.GetRequiredService<RecommendationStore>().ExposuresAsync([id!.Value], default);
        Assert.Equal(600, exposures.Count);
        Assert.Equal(first.Count(s => s == experiment.ChallengerId), exposures.Count(e => e.Challenger));

        // A visitor who signs in keeps what they saw as a visitor.
        var visitor = Enumerable.Range(0, 400).Select(n => $"d{n}").First(d => Assignment.IsChallenger(experiment, "anon:" + d) && !Assignment.IsChallenger(experiment, "user-of-" + d));
        Assert.Equal(experiment.ChallengerId, await StrategyAsync("anon:" + visitor));
        await shop.HappensAsync(Make.Event("link", "Signed In", "user-of-" + visitor, visitor, shop.Time.GetUtcNow()));
        Assert.Equal(experiment.ChallengerId, await StrategyAsync("anon:" + visitor));
        Assert.Equal(experiment.ChallengerId, await StrategyAsync("user-of-" + visitor));
        Assert.True(await shop.Book.EndExperimentAsync(experiment.Id, Audit));
        Assert.Equal(experiment.ControlId, await StrategyAsync("anon:" + visitor));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_products_drew_is_the_same_from_summarised_days_and_reads_no_event_of_them(Engine engine)
    {
        await using var shop = await OpenAsync(engine);
        Task<IReadOnlyList<ProductTraffic>> TrafficAsync() => shop.Store.Services.GetRequiredService<InterestStore>().TrafficAsync(Make.Noon.AddDays(-28), Make.Noon, default);
        var before = await TrafficAsync();
        Assert.True(before.Sum(t => t.Views) > 0 && before.Sum(t => t.Units) > 0);
        Assert.True(await shop.Store.Services.GetRequiredService<DayKeeper>().RunAsync() > 0);
        Assert.Equal(before, await TrafficAsync());
        // Behind the product's back, as nothing it does itself.
        await shop.Store.Database.ExecuteAsync("delete from events where occurred_at >= @From and occurred_at < @To", new { From = Make.Noon.AddDays(-27), To = Make.Noon.AddDays(-2) });
        Assert.Equal(before, await TrafficAsync());
    }

    private static async Task<Experiment> ExperimentAsync(TwoTasteShop shop, double share)
    {
        var control = (await shop.Book.StrategiesAsync()).Single(s => s.IsDefault);
        var (challenger, _) = await shop.Book.AddStrategyAsync("Margin first", new RankingPolicy { Margin = 1 }, Audit);
        return new Experiment(0, "margin", null, control.Id, challenger!.Value, share, default, null);
    }

    private static async Task<TwoTasteShop> OpenAsync(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        return await TwoTasteShop.OpenAsync(engine);
    }
}
