using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Quality;
using BehaviorDashboard.Sources;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Sources;

/// <summary>How each source of events is doing, on both engines.</summary>
public class SourcesTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private sealed class Names : IEventSources
    {
        public Task<IReadOnlyList<EventSource>> ListAsync(CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<EventSource>>(
        [
            new("web", "Shop", "key", true, Make.Noon.AddDays(-9)), new("new", "App", "key", true, Make.Noon), new("old", "Old", "key", false, Make.Noon.AddDays(-90)),
        ]);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Each_source_says_what_it_sent_when_and_how_much_was_refused(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await TestStore.OpenAsync(engine, [new QualityModule(), new IngestModule(), new SourcesModule()], time,
            s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton<IEventSources, Names>().AddSingleton(new ShopClock(time, TimeZoneInfo.Utc)));
        await store.Writer.AppendAsync([
            Make.Event("1", source: "web", at: Make.Noon.AddMinutes(-5)), Make.Event("2", source: "web", at: Make.Noon.AddMinutes(-65)), Make.Event("3", source: "web", at: Make.Noon.AddDays(-3)),
            Make.Event("3#1", source: "web", type: EventTypes.Item, at: Make.Noon.AddMinutes(-5)),
            Make.Event("4", source: "import:7", at: Make.Noon.AddYears(-1), received: Make.Noon.AddHours(-23)),
        ]);
        await store.Services.GetRequiredService<RejectsStore>().AddAsync([Reject.Of(new Arrival(Make.Noon.AddHours(-1), "web"), new Rejection(RejectionCodes.InvalidValue, "x", "is wrong."), "{}")], default);
        var service = store.Services.GetRequiredService<SourcesService>();

        // The whole history is counted beside: nobody waits for it.
        Assert.Equal((null, null), (await service.ListAsync()).Sources.Select(s => (s.Events, s.First)).First());
        await service.CountAsync();
        var (sources, asOf) = await service.ListAsync();

        Assert.Equal(Make.Noon, asOf);
        Assert.Equal(["web", "new", "import:7", "old"], sources.Select(s => s.Id));
        var web = sources[0];
        Assert.Equal((1, 2, 3, 1, 1.0 / 3), (web.LastHour, web.LastDay, (int)web.Events!, web.Rejects, web.RejectShare));
        Assert.Equal((Make.Noon.AddDays(-3), Make.Noon.AddMinutes(-5)), (web.First, web.Last));
        Assert.Equal((0L, null, null), (sources[1].Events, sources[1].RejectShare, sources[1].First));
        Assert.Equal((1, (long?)1), (sources[2].Hours.ToList().FindIndex(h => h > 0), sources[2].Events));

        // What comes is seen at once, though the whole history was counted before.
        await store.Writer.AppendAsync([Make.Event("5", source: "new", at: Make.Noon.AddSeconds(-1))]);
        Assert.Equal(1, (await service.ListAsync()).Sources.First(s => s.Id == "new").Events);
    }
}
