using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Privacy;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Quality;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Privacy;

/// <summary>What is older than its days is stated, goes at its hour once a day, and leaves the totals.</summary>
public class RetentionTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    [Theory, MemberData(nameof(Engines))]
    public async Task Anonymous_people_go_after_their_days_at_the_hour_of_the_shop(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var time = new FakeTimeProvider(Make.Noon);
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");
        await using var store = await TestStore.OpenAsync(engine, [new QualityModule(), new IngestModule(), new ProfilesModule(), new LearningModule(), new PrivacyModule()], time,
            s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(time, zone)), new Dictionary<string, string?> { ["Privacy:AnonymousDays"] = "30", ["Privacy:RetentionHour"] = "3" });
        await store.Writer.AppendAsync([
            Make.Event("old-1", user: null, anonymous: "old", at: Make.Noon.AddDays(-40)), Make.Event("old-2", EventNames.OrderCompleted, user: null, anonymous: "old", revenue: 9m, at: Make.Noon.AddDays(-35)),
            Make.Event("soon", user: null, anonymous: "soon", at: Make.Noon.AddDays(-29.5)), Make.Event("fresh", user: null, anonymous: "fresh", at: Make.Noon.AddDays(-1)),
            Make.Event("known", user: "known", at: Make.Noon.AddDays(-400)),
        ]);
        await store.Services.GetRequiredService<RejectsStore>().AddAsync([Reject.Of(new Arrival(Make.Noon.AddDays(-31), "web"), new Rejection(RejectionCodes.InvalidValue, "x", "is wrong."), "{}")], default);
        var retention = store.Services.GetRequiredService<RetentionService>();
        // 12:00 in London is 20:00 in Shanghai: the next run is at 3:00 there, 19:00 here.
        Assert.Equal(Make.Noon.AddHours(7), retention.Next);
        // The run of today is long due; what counts is what it will find at the next.
        Assert.Equal([("rejects", 1L), ("anonymous", 1L)], (await retention.StatesAsync()).Where(s => s.Due is not null).Select(s => (s.Kind, s.Due!.Value)));

        Assert.True(await retention.RunIfDueAsync());
        Assert.False(await retention.RunIfDueAsync());

        Assert.Equal(["anon:fresh", "anon:soon", "known"], await store.Database.QueryAsync<string>("select user_id from profiles order by 1"));
        Assert.Equal(9m, await store.Database.ScalarAsync<decimal>("select sum(revenue) from events"));
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select count(*) from rejects"));
        Assert.Equal(1L, (await retention.StatesAsync()).First(s => s.Kind == "anonymous").Last!.Removed);
        time.Advance(TimeSpan.FromHours(14));
        Assert.True(await retention.RunIfDueAsync());
        Assert.Equal(["anon:fresh", "known"], await store.Database.QueryAsync<string>("select user_id from profiles order by 1"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_shoppers_did_goes_after_its_days_and_what_they_bought_stays(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await TestStore.OpenAsync(engine, [new QualityModule(), new IngestModule(), new ProfilesModule(), new LearningModule(), new PrivacyModule()], time,
            s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(time, TimeZoneInfo.Utc)), new Dictionary<string, string?> { ["Privacy:EventDays"] = "90" });
        await store.Writer.AppendAsync([
            Make.Event("seen", user: "ann", at: Make.Noon.AddDays(-100)), Make.Event("bought", EventNames.OrderCompleted, user: "ann", revenue: 9m, at: Make.Noon.AddDays(-100)), Make.Event("new", user: "ann", at: Make.Noon.AddDays(-1)),
            Make.Event("device", user: null, anonymous: "d", at: Make.Noon.AddDays(-95)), Make.Event("signed in", user: "ann", anonymous: "d", at: Make.Noon.AddDays(-2)),
            Make.Event("gone", user: null, anonymous: "gone", at: Make.Noon.AddDays(-95)),
        ]);
        var retention = store.Services.GetRequiredService<RetentionService>();
        Assert.Equal(3, (await retention.StatesAsync()).Single(s => s.Kind == "events").Due);
        Assert.Equal(3, (await retention.RunAsync()).Single(r => r.Kind == "events").Removed);
        Assert.Equal(["bought", "new", "signed in"], await store.Database.QueryAsync<string>("select message_id from events order by 1"));
        Assert.Equal((3L, 9m), (await store.Database.ScalarAsync<long>("select events from profiles"), await store.Database.ScalarAsync<decimal>("select revenue from profiles where user_id = 'ann'")));
        Assert.Equal(0, (await retention.RunAsync()).Single(r => r.Kind == "events").Removed);
    }
}
