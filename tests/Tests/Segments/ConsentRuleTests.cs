using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Segments;

public sealed class ConsentRuleTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    [Theory, MemberData(nameof(Engines))]
    public async Task Who_withdraws_leaves_whether_by_an_event_or_on_a_page(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await TestStore.OpenAsync(engine, [new ProfilesModule(), new SegmentsModule()], time, s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(time, TimeZoneInfo.Utc)));
        await using var scope = store.Services.CreateAsyncScope();
        var (service, keeper) = (scope.ServiceProvider.GetRequiredService<SegmentService>(), store.Services.GetRequiredService<MembershipKeeper>());
        var made = (await service.OfGroupAsync(new GroupRule("consent_marketing_email", "allowed"), "May be mailed")).Segment!;
        await SayAsync("ann", true);
        await SayAsync("bob", true);
        await store.Writer.AppendAsync([Make.Event("c", "Product Viewed", "cid")]);
        await keeper.PassAsync();
        Assert.Equal("ann bob", await InAsync());

        time.Advance(TimeSpan.FromMinutes(1));
        await SayAsync("ann", false);
        await keeper.PassAsync();
        Assert.Equal("bob", await InAsync());

        time.Advance(TimeSpan.FromMinutes(1));
        await store.Services.GetRequiredService<ConsentService>().SetAsync("bob", Purposes.MarketingEmail, false, "admin");
        await store.Services.GetRequiredService<ConsentService>().SetAsync("cid", Purposes.MarketingEmail, true, "admin");
        await keeper.PassAsync();
        Assert.Equal("cid", await InAsync());

        Task SayAsync(string person, bool granted) => store.Writer.AppendAsync([Make.Event(Guid.NewGuid().ToString("n"), "", person, at: time.GetUtcNow(), type: "identify", traits: $$"""{"emailConsent":{{(granted ? "true" : "false")}}}""")]);

        async Task<string> InAsync() => string.Join(' ', (await service.MembersAsync(made.Id, time.GetUtcNow(), "", 100)).Select(m => m.Person));
    }
}
