using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Profiles;

/// <summary>Finding people and reading what they did, on both engines.</summary>
public class PeopleServiceTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static async Task<(TestStore Store, PeopleService People)> OpenAsync(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var store = await TestStore.OpenAsync(engine, [new ProfilesModule()], more: s => s.AddSingleton<IAuditLog, NoAudit>());
        return (store, store.Services.CreateScope().ServiceProvider.GetRequiredService<PeopleService>());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_timeline_holds_every_event_of_every_key_once(Engine engine)
    {
        var (store, people) = await OpenAsync(engine);
        await using var _ = store;
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 30).Select(i => Make.Event($"a{i:00}", user: null, anonymous: "x", at: Make.Noon.AddDays(-20 * (i / 2))))]);
        await store.Writer.AppendAsync([Make.Event("login", user: "u1", anonymous: "x", type: EventTypes.Identify, at: Make.Noon.AddDays(1))]);
        var person = await people.FindAsync("anon:x");
        Assert.Equal(("u1", 31), (person!.Key, person.Events));
        var identities = await people.IdentitiesAsync(person);
        Assert.Equal("anon:x", Assert.Single(identities).Alias);
        var seen = new List<TimelineEvent>();
        for (var page = await people.TimelineAsync(person, identities, null, 7); page.Count > 0; page = await people.TimelineAsync(person, identities, seen[^1], 7)) seen.AddRange(page);
        Assert.Equal(31, seen.Select(e => e.MessageId).Distinct().Count());
        Assert.Equal((31, "login"), (seen.Count, seen[0].MessageId));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Pages_of_people_hold_everybody_once_in_every_order(Engine engine)
    {
        var (store, people) = await OpenAsync(engine);
        await using var _ = store;
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 120).Select(i => Make.Event($"e{i}", "Order Completed", user: $"u{i:000}", revenue: i % 5, at: Make.Noon.AddMinutes(i % 7), traits: $$"""{"name":"Näme {{i}}"}"""))]);
        foreach (var sort in new[] { "seen", "revenue", "orders" })
        {
            var keys = await people.EveryKeyAsync(sort);
            Assert.Equal((120, 120), (keys.Count, keys.Distinct().Count()));
        }
        Assert.Equal("u017", Assert.Single((await people.PageAsync(new PeopleQuery { Text = "näme 17" })).People).Key);
        Assert.Equal(1, await people.CountAsync(new PeopleQuery { Text = "u017" }));
        Assert.Empty((await people.PageAsync(new PeopleQuery { Text = "'; drop table profiles; --" })).People);
    }
}
