using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Look;
using BehaviorDashboard.Recommendations;
using BehaviorDashboard.Statistics;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Recommendations;

/// <summary>What lists earn, tests of strategies, actions from outside, and baskets: figures worked out by hand.</summary>
public sealed class PerformanceTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static readonly NoAudit Audit = new();
    private static readonly DateTimeOffset Day = Make.Noon.AddDays(-3);

    private static ShopEvent Seen(string id, string list, string product, string user, bool click = false, DateTimeOffset? at = null) => new()
    {
        MessageId = id, ReceivedAt = at ?? Day, OccurredAt = at ?? Day, Type = EventTypes.Track, Name = click ? "Recommendation Clicked" : "Recommendation Viewed", SourceId = "test", UserId = user, ProductId = product, RecommendationId = list,
    };

    private static ShopEvent Line(string id, string user, string product, decimal price, DateTimeOffset at) =>
        Make.Event(id, EventNames.OrderCompleted, user, type: EventTypes.Item, order: id, product: product, price: price, quantity: 1, at: at);

    [Theory, MemberData(nameof(Engines))]
    public async Task Clicks_and_the_orders_that_follow_within_the_window_count_once_for_the_last_click(Engine engine)
    {
        await using var shop = await OpenAsync(engine, 0);
        await shop.LoadAsync();
        await shop.HappensAsync(
            Seen("1", "home.for_you.1.a", "p01", "x"), Seen("2", "home.for_you.1.a", "p02", "x"), Seen("3", "home.for_you.1.a", "p01", "x", click: true),
            Seen("4", "cart.similar.2.b", "p01", "x"), Seen("5", "cart.similar.2.b", "p01", "x", click: true, Day.AddMinutes(5)), Seen("6", "home.for_you.1.c", "p03", "y"),
            // Bought after both clicks: the later one. Another's purchase, another product, and one after the window count nothing.
            Line("o1", "x", "p01", 12, Day.AddHours(1)), Line("o2", "y", "p01", 50, Day.AddHours(1)), Line("o3", "x", "p02", 70, Day.AddHours(1)), Line("o4", "x", "p01", 90, Day.AddDays(8)));
        var service = shop.Store.Services.GetRequiredService<PerformanceService>();

        var report = await service.ReportAsync(new TimeRange(Day.AddDays(-1), Make.Noon));

        Assert.Equal((3L, 2L, 4L, 2L, 1L, 12m), (report.Total.Lists, report.Total.ClickedLists, report.Total.Shown, report.Total.Clicks, report.Total.Orders, report.Total.Revenue));
        Assert.Equal(3.0 / TwoTasteShop.Products, report.Total.Coverage!.Value, 6);
        var home = report.Lines.Single(l => l.Placement == "home");
        Assert.Equal((2L, 1L, 0m), (home.Figures.Lists, home.Figures.ClickedLists, home.Figures.Revenue));
        Assert.Equal(("similar", "2", 12m), report.Lines.Where(l => l.Placement == "cart").Select(l => (l.Kind, l.Strategy, l.Figures.Revenue)).Single());
        Assert.Equal(0.5, home.Figures.ClickRate!.Value.Value, 6);
        Assert.Equal(DateOnly.FromDateTime(Day.UtcDateTime), Assert.Single(report.Days).Day);
        Assert.Equal(0, (await service.ReportAsync(new TimeRange(Day.AddDays(-9), Day.AddDays(-8)))).Total.Lists);

        var kpis = shop.Store.Services.GetServices<IKpiSource>().Single(k => k.Source == "recommendations");
        async Task<double?> ReadAsync(string key, string? what = null, DateTimeOffset? at = null) => (await kpis.ReadAsync(new KpiName("recommendations", key, what), at ?? Make.Noon))?.Value;
        Assert.Equal(2 / 3.0, (await ReadAsync(RecommendationKpis.ClickRate))!.Value, 6);
        Assert.Equal(0.5, (await ReadAsync(RecommendationKpis.PlacementClickRate, "home"))!.Value, 6);
        Assert.Equal(12, (await ReadAsync(RecommendationKpis.Revenue))!.Value, 6);
        // Half an hour after the click nobody had bought yet, and rules tried on history must not know better.
        Assert.Equal(0, (await ReadAsync(RecommendationKpis.Revenue, at: Day.AddMinutes(30)))!.Value, 6);
        Assert.Null(await ReadAsync(RecommendationKpis.ClickRate, at: Day.AddDays(-30)));
        Assert.Equal(["cart", "home"], (await kpis.ObjectsAsync("", 10)).Select(o => o.Id));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_an_erased_person_searched_is_in_no_kept_report(Engine engine)
    {
        await using var shop = await OpenAsync(engine, 0);
        await shop.HappensAsync(Make.Event("s1", EventNames.ProductsSearched, "x", query: "wig for me", at: Day), Make.Event("s2", EventNames.ProductsSearched, "y", query: "cup", at: Day));
        var reports = shop.Store.Services.GetRequiredService<InsightService>().Reports;
        var days = RangeKey.Days(30);
        Assert.Equal(["cup", "wig for me"], (await reports.ReadAsync(days)).Terms.Select(t => t.Query).Order());
        using var page = reports.Subscribe(days, () => Task.CompletedTask);
        Assert.NotNull(reports.Look(days).Report);

        foreach (var keeper in shop.Store.Services.GetServices<IPersonalData>().Reverse()) await keeper.EraseAsync(new ErasedPerson("x", ["x"], null));
        Assert.DoesNotContain(reports.Look(days).Report?.Terms ?? [], t => t.Query == "wig for me");
        Assert.Equal(["cup"], (await reports.ReadAsync(days)).Terms.Select(t => t.Query));

        // Other changes of what is stored, here or on another node: it is shown until it is worked out anew.
        await shop.Store.Writer.ExclusiveAsync(_ => Task.CompletedTask);
        Assert.True(reports.Look(days) is { Report: not null, IsRunning: true } or { Age.TotalSeconds: < 1 });
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_test_counts_what_people_did_since_they_were_first_given_a_list(Engine engine)
    {
        await using var shop = await OpenAsync(engine, 0);
        await shop.LoadAsync();
        var control = (await shop.Book.StrategiesAsync()).Single();
        var (challenger, _) = await shop.Book.AddStrategyAsync("Other", new RankingPolicy(), Audit);
        await shop.Book.StartExperimentAsync(new Experiment(0, "t", "home", control.Id, challenger!.Value, 0.5, default, null), Audit);
        var experiment = (await shop.Book.ExperimentsAsync()).Single();
        var people = Enumerable.Range(0, 200).Select(n => $"x{n}").ToList();
        foreach (var person in people) await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, person, Limit: 2, Placement: "home"));
        await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, "looked-at", Limit: 2, Placement: "home", Counts: false));
        await shop.Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, "elsewhere", Limit: 2, Placement: "cart"));
        await shop.Store.Services.GetRequiredService<ExposureLog>().FlushAsync(default);
        shop.Time.Advance(TimeSpan.FromHours(2));
        var buyers = people.Where(p => Assignment.IsChallenger(experiment, p)).Take(60).ToList();
        await shop.HappensAsync([.. buyers.Select(p => Make.Event("o" + p, EventNames.OrderCompleted, p, revenue: 20 + p.Length, order: "o" + p, at: shop.Time.GetUtcNow().AddHours(-1))),
            // Before the test: not its doing.
            Make.Event("early", EventNames.OrderCompleted, people.First(p => !Assignment.IsChallenger(experiment, p)), revenue: 500, order: "early", at: Make.Noon.AddDays(-1))]);

        var result = await shop.Store.Services.GetRequiredService<PerformanceService>().ResultAsync(experiment);

        Assert.Equal(200, result.Control.People + result.Challenger.People);
        Assert.Equal((0L, 0.0), (result.Control.Buyers, result.Control.Revenue));
        Assert.Equal((60L, buyers.Sum(p => 20.0 + p.Length)), (result.Challenger.Buyers, result.Challenger.Revenue));
        Assert.True(result.Buying.Low > 0.4);
        Assert.True(result.Revenue.Low > 0 && !result.Split.IsWrong);
        Assert.Equal(Verdict.TooEarly, result.Verdict);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Actions_from_outside_change_once_say_what_and_can_be_undone_unless_somebody_changed_it_since(Engine engine)
    {
        await using var shop = await OpenAsync(engine, 0);
        await shop.LoadAsync();
        var target = shop.Store.Services.GetServices<IActionTarget>().Single(t => t.Target == "recommendations");
        ActionRequest Ask(string id, string action, string? what, params (string, string)[] parameters) => new(id, "recommendations", action, what, parameters.ToDictionary(p => p.Item1, p => p.Item2), "rule:7@3");

        var demote = Ask("r1", "demote", "product:p05", ("factor", "0.2"), ("days", "2"));
        Assert.Null((await target.PreviewAsync(demote)).Refusal);
        Assert.Empty(await shop.Book.OverridesAsync());
        var done = await target.ApplyAsync(demote);
        Assert.Equal(done, await target.ApplyAsync(demote));
        var decided = Assert.Single(await shop.Book.OverridesAsync());
        Assert.Equal(("demote", "p05", 0.2, "rule:7@3", shop.Time.GetUtcNow().AddDays(2)), (decided.Kind, decided.ProductId, decided.Factor, decided.Cause, decided.ExpiresAt));
        Assert.Null((await target.UndoAsync(demote, done)).Refusal);
        Assert.Empty(await shop.Book.OverridesAsync());

        var weigh = Ask("r2", "weight", null, ("name", "stock"), ("value", "0.9"));
        var weighed = await target.ApplyAsync(weigh);
        Assert.Equal(0.9, (await shop.Book.StrategiesAsync()).Single().Policy.Stock);
        var strategy = (await shop.Book.StrategiesAsync()).Single();
        await shop.Book.SaveStrategyAsync(strategy, strategy.Name, strategy.Policy with { Margin = 1 }, Audit);
        Assert.Equal("Somebody changed the policy since.", (await target.UndoAsync(weigh, weighed)).Refusal);

        Assert.NotNull((await target.ApplyAsync(Ask("r3", "pin", "category:Tea"))).Refusal);
        Assert.NotNull((await target.ApplyAsync(Ask("r4", "exclude", "product:nothing"))).Refusal);
        Assert.NotNull((await target.ApplyAsync(Ask("r5", "weight", null, ("name", "stock"), ("value", "NaN")))).Refusal);
        Assert.NotNull((await target.ApplyAsync(Ask("r6", "explode", "product:p05"))).Refusal);
        Assert.Equal(["category:Tea"], (await target.ObjectsAsync("Tea", 1)).Select(o => o.Id));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Baskets_searches_and_the_lab_answer_from_the_store(Engine engine)
    {
        await using var shop = await OpenAsync(engine, 160);
        await shop.TrainAsync();
        await shop.LoadAsync();
        await shop.HappensAsync(
            Make.Event("s1", EventNames.ProductsSearched, "x", query: " Green Tea ", session: "v1", at: Day, properties: """{"results":"3"}"""), Make.Event("s2", EventNames.ProductsSearched, "y", query: "green tea", session: "v2", at: Day, properties: """{"results":"0"}"""),
            Make.Event("s3", EventNames.OrderCompleted, "x", revenue: 10, order: "so", session: "v1", at: Day.AddMinutes(3)), Make.Event("s4", EventNames.ProductsSearched, "x", query: "saw", session: "v1", at: Day.AddMinutes(9)));
        var report = await shop.Store.Services.GetRequiredService<InsightService>().ReportAsync(new TimeRange(Make.Noon.AddDays(-100), Make.Noon));

        Assert.Equal(54, report.Orders);
        Assert.Contains(report.Rules, r => (r.If, r.Then) == ("p00", "p01") && r.Lift.Low > 1 && r.Confidence.Value > 0.9);
        Assert.DoesNotContain(report.Rules, r => TwoTasteShop.IsTea(r.If) != TwoTasteShop.IsTea(r.Then));
        var tea = report.Terms.Single(t => t.Query == "green tea");
        Assert.Equal((2L, 2L, 1L, 1L), (tea.Searches, tea.People, tea.WithoutResult, tea.Ordered));
        Assert.Equal(0, report.Terms.Single(t => t.Query == "saw").Ordered);

        var lab = shop.Store.Services.GetRequiredService<PolicyLab>();
        var relevant = (await lab.TryAsync(new RankingPolicy { Margin = 0, Diversity = 0, Stock = 0 }))!;
        var greedy = (await lab.TryAsync(new RankingPolicy { Margin = 1, Diversity = 0, Stock = 0 }))!;
        var varied = (await lab.TryAsync(new RankingPolicy { Margin = 0, Diversity = 0.9, Stock = 0 }))!;
        Assert.True(relevant.Ndcg > greedy.Ndcg - 0.02 && relevant.Ndcg > 0.1, relevant.ToString());
        Assert.True(greedy.Margin > relevant.Margin);
        Assert.True(varied.Categories > relevant.Categories);
    }

    [Fact]
    public void A_rule_needs_enough_orders_and_a_lift_that_is_surely_above_one()
    {
        string[][] baskets = [.. Enumerable.Repeat(new[] { "a", "b" }, 30), .. Enumerable.Repeat(new[] { "a" }, 10), .. Enumerable.Repeat(new[] { "c" }, 60), .. Enumerable.Repeat(new[] { "c", "d" }, 4)];

        var rules = BasketMining.Rules(baskets, 5, 10);

        Assert.Equal([("a", "b"), ("b", "a")], rules.Select(r => (r.If, r.Then)).Order());
        var rule = rules.Single(r => r.If == "a");
        Assert.Equal((30L, 30 / 104.0, 0.75), (rule.Count, rule.Support, rule.Confidence.Value));
        Assert.Equal(0.75 / (30 / 104.0), rule.Lift.Value, 9);
        Assert.Equal(30 * 104.0 / (40 * 30), BasketMining.Affinity(baskets, 5).Single(p => p.One == "a").Lift!.Value, 9);
        Assert.Null(BasketMining.Affinity(baskets, 5).Single(p => p.One == "c").Lift);
    }

    private static async Task<TwoTasteShop> OpenAsync(Engine engine, int people)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        return await TwoTasteShop.OpenAsync(engine, people);
    }
}
