using BehaviorDashboard.Contracts;
using BehaviorDashboard.Features;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Segments;

/// <summary>Conditions on figures that another slice offers, such as predictions.</summary>
public sealed class OfferedFigureTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static readonly FeatureRule Risky = new("churn", Comparison.AtLeast, 0.5m);

    [Theory, MemberData(nameof(Engines))]
    public async Task Members_follow_what_people_do_and_a_newly_published_version(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await OpenAsync(engine);
        await using var scope = store.Services.CreateAsyncScope();
        var (service, keeper, figures) = (scope.ServiceProvider.GetRequiredService<SegmentService>(), store.Services.GetRequiredService<MembershipKeeper>(), store.Services.GetRequiredService<TestFigures>());
        await store.Writer.AppendAsync([Make.Event("a", "Product Viewed", "ann"), Make.Event("b", "Product Viewed", "bob"), Make.Event("c", "Product Viewed", "cid")]);
        await figures.ScoreAsync("ann", 1, 0.9);
        await figures.ScoreAsync("bob", 1, 0.1);
        await figures.ScoreAsync("bob", 2, 0.8);
        await figures.ScoreAsync("new", 1, 0.7);
        var risky = await ActiveAsync(new AllOf([Risky]));
        var unknown = await ActiveAsync(new FeatureRule("churn", Comparison.Unknown));
        // What names the segment follows too.
        var safe = await ActiveAsync(new Not(new SegmentRule(risky)));
        Assert.Equal(("ann", "cid", "bob cid"), (await InAsync(risky), await InAsync(unknown), await InAsync(safe)));

        await store.Writer.AppendAsync([Make.Event("n", "Product Viewed", "new")]);
        await keeper.PassAsync();
        Assert.Equal(("ann new", "cid", "bob cid"), (await InAsync(risky), await InAsync(unknown), await InAsync(safe)));

        figures.Published = 2;
        await keeper.PassAsync();
        Assert.Equal(("bob", "ann cid new", "ann cid new"), (await InAsync(risky), await InAsync(unknown), await InAsync(safe)));

        figures.Published = 0;
        await keeper.PassAsync();
        Assert.Equal(("", "ann bob cid new"), (await InAsync(risky), await InAsync(unknown)));

        async Task<int> ActiveAsync(Rule rule)
        {
            var saved = await service.CreateAsync(new SegmentDraft("s", "", rule));
            Assert.Empty(saved.Problems);
            await service.SetStatusAsync(saved.Segment!, "active");
            return saved.Segment!.Id;
        }

        async Task<string> InAsync(int segment) => string.Join(' ', (await service.MembersAsync(segment, Make.Noon, "", 100)).Select(m => m.Person));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Why_tells_the_figure_its_age_and_its_drivers(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await OpenAsync(engine);
        await using var scope = store.Services.CreateAsyncScope();
        await store.Writer.AppendAsync([Make.Event("a", "Product Viewed", "ann")]);
        await store.Services.GetRequiredService<TestFigures>().ScoreAsync("ann", 1, 0.25);
        var answer = Assert.Single((await scope.ServiceProvider.GetRequiredService<WhyService>().ExplainAsync(Risky, "ann", Make.Noon)).Conditions);
        Assert.Equal((false, "0.25", TestFigures.AsOf), (answer.Holds, answer.Actual, answer.FigureAsOf));
        Assert.Equal("churn of ann: no order for long", Assert.Single(answer.Drivers));
        Assert.Equal(new Change(ChangeKind.NeedsMore, 0.25m), Assert.Single(answer.Changes));
    }

    [Fact]
    public async Task A_figure_nobody_offers_is_refused()
    {
        await using var store = await OpenAsync(Engine.DuckDb);
        await using var scope = store.Services.CreateAsyncScope();
        var service = scope.ServiceProvider.GetRequiredService<SegmentService>();
        Assert.Empty(await service.CheckAsync(null, Risky));
        Assert.Equal(("feature", "UnknownFeature"), (await service.CheckAsync(null, new FeatureRule("luck", Comparison.AtLeast, 1))).Select(p => (p.Path, p.Code)).Single());
        store.Services.GetRequiredService<TestFigures>().Published = 0;
        Assert.Equal("UnknownFeature", Assert.Single(await service.CheckAsync(null, Risky)).Code);
    }

    private static async Task<TestStore> OpenAsync(Engine engine)
    {
        var time = new FakeTimeProvider(Make.Noon);
        var store = await TestStore.OpenAsync(engine, [new SegmentsModule()], time, s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(time, TimeZoneInfo.Utc))
            .AddSingleton<TestFigures>().AddSingleton<IFigureSource>(p => p.GetRequiredService<TestFigures>()));
        await store.Services.GetRequiredService<TestFigures>().CreateAsync();
        return store;
    }
}
