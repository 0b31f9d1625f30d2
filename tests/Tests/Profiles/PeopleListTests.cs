using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Profiles;

/// <summary>The list's filters and orders give whom a reading of every row gives, page by page, on both engines.</summary>
public class PeopleListTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static async Task<(TestStore Store, PeopleService People)> OpenAsync(Engine engine, int mostNamed)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var store = await TestStore.OpenAsync(engine, [new ProfilesModule(), new SegmentsModule()], more: s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(TimeProvider.System, TimeZoneInfo.Utc))
            .AddSingleton(p => new PeopleStore(p.GetRequiredService<Database>()) { MostNamed = mostNamed, Near = 60 }));
        var random = new Random(7);
        var events = new List<ShopEvent>();
        for (var i = 0; i < 160; i++)
        {
            var (user, device) = i % 4 == 0 ? (null, $"d{i}") : ($"u{i:000}", (string?)null);
            var traits = $$"""{"name":"Person {{i}}","address":{"country":"{{(i % 3 == 0 ? "CN" : "DE")}}","city":"{{(i % 5 == 0 ? "上海" : "Köln")}}"},"emailConsent":{{(i % 2 == 0 ? "true" : "false")}} }""";
            events.Add(Make.Event($"i{i}", user: user, anonymous: device, type: EventTypes.Identify, at: Make.Noon.AddMinutes(random.Next(60)), traits: traits));
            for (var o = 0; o < i % 7 - 3; o++) events.Add(Make.Event($"o{i}-{o}", EventNames.OrderCompleted, user: user, anonymous: device, revenue: random.Next(5), at: Make.Noon.AddMinutes(random.Next(30))));
        }
        await store.Writer.AppendAsync(events);
        await store.Database.ExecuteAsync("insert into segment_members (segment_id, user_id, entered_at) select 7, user_id, now() from profiles where user_id like 'u0%'");
        return (store, store.Services.CreateScope().ServiceProvider.GetRequiredService<PeopleService>());
    }

    private static async Task<List<Person>> TurnEveryPageAsync(PeopleService people, PeopleQuery query)
    {
        var all = new List<Person>();
        for (var next = query; next is not null;)
        {
            var page = await people.PageAsync(next);
            all.AddRange(page.People);
            next = page.Next is null ? null : query with { After = page.Next };
        }
        return all;
    }

    /// <summary>Searches that find few people, and those that find too many to name.</summary>
    public static TheoryData<Engine, int> Searches => new() { { Engine.DuckDb, 10_000 }, { Engine.DuckDb, 2 }, { Engine.Postgres, 10_000 }, { Engine.Postgres, 2 } };

    [Theory, MemberData(nameof(Searches))]
    public async Task Every_filter_and_order_agrees_with_reading_everybody(Engine engine, int mostNamed)
    {
        var (store, people) = await OpenAsync(engine, mostNamed);
        await using var _ = store;
        var everybody = await TurnEveryPageAsync(people, new PeopleQuery());
        Assert.Equal(160, everybody.Count);
        bool In(Person p, string text) => System.Text.RegularExpressions.Regex.Unescape(p.Traits!).Contains(text, StringComparison.Ordinal);
        (PeopleQuery Query, Func<Person, bool> Keeps)[] filters =
        [
            (new PeopleQuery { Who = "known" }, p => p.IsKnown), (new PeopleQuery { Who = "anonymous" }, p => !p.IsKnown), (new PeopleQuery { Who = "buyers" }, p => p.Orders > 0),
            (new PeopleQuery { OrdersFrom = 2 }, p => p.Orders >= 2), (new PeopleQuery { OrdersTo = 0 }, p => p.Orders == 0),
            (new PeopleQuery { RevenueFrom = 3.5m, RevenueTo = 8 }, p => p.NetRevenue is >= 3.5m and <= 8),
            (new PeopleQuery { SeenFrom = Make.Noon.AddMinutes(20), SeenTo = Make.Noon.AddMinutes(40) }, p => p.LastSeen >= Make.Noon.AddMinutes(20) && p.LastSeen < Make.Noon.AddMinutes(40)),
            (new PeopleQuery { OrderedFrom = Make.Noon.AddMinutes(10) }, p => p.LastOrderAt >= Make.Noon.AddMinutes(10)),
            (new PeopleQuery { Country = "cn" }, p => In(p, "\"CN\"")), (new PeopleQuery { City = "上海", Who = "known" }, p => In(p, "上海") && p.IsKnown), (new PeopleQuery { City = "KÖLN" }, p => In(p, "Köln")),
            (new PeopleQuery { Text = "SON 15" }, p => p.Name!.Contains("son 15", StringComparison.Ordinal)), (new PeopleQuery { Text = "15%" }, p => p.Name!.Contains("15", StringComparison.Ordinal)), (new PeopleQuery { Text = "u15" }, p => p.Key.StartsWith("u15", StringComparison.Ordinal)),
            (new PeopleQuery { Text = "anon:d1", Country = "cn" }, p => p.Key.StartsWith("anon:d1", StringComparison.Ordinal) && In(p, "\"CN\"")), (new PeopleQuery { Text = "15" , Who = "anonymous" }, p => p.Name!.Contains("15", StringComparison.Ordinal) && !p.IsKnown), (new PeopleQuery { Text = "nobody" }, _ => false),
            (new PeopleQuery { Set = "segment:7" }, p => p.Key.StartsWith("u0", StringComparison.Ordinal)), (new PeopleQuery { Set = "segment:7; drop table profiles" }, _ => false), (new PeopleQuery { Set = "nothing" }, _ => false),
            (new PeopleQuery { Consent = Purposes.MarketingEmail }, p => In(p, "true")), (new PeopleQuery { Consent = "-" + Purposes.MarketingEmail }, p => !In(p, "true")), (new PeopleQuery { Consent = "'; --" }, _ => false),
        ];
        foreach (var sort in PeopleQuery.Sorts)
            foreach (var (query, keeps) in filters)
            {
                var found = await TurnEveryPageAsync(people, query with { Sort = sort });
                Assert.Equal(everybody.Where(keeps).Select(p => p.Key).Order(StringComparer.Ordinal), found.Select(p => p.Key).Order(StringComparer.Ordinal));
                Assert.Equal(found.Count, await people.CountAsync(query with { Sort = sort }));
                // Ties go by key, in the engine's own order of text.
                bool Behind(Person p) => sort != "seen" && p.Orders == 0;
                decimal Measure(Person p) => Behind(p) ? p.LastSeen.UtcTicks : sort switch { "revenue" => p.NetRevenue, "orders" => p.Orders, "ordered" => p.LastOrderAt!.Value.UtcTicks, _ => p.LastSeen.UtcTicks };
                Assert.Equal(found.OrderBy(Behind).ThenByDescending(Measure).Select(p => (Behind(p), Measure(p))), found.Select(p => (Behind(p), Measure(p))));
            }
        var together = new List<Person>();
        await foreach (var some in people.AllAsync(new PeopleQuery { Sort = "revenue" })) together.AddRange(some);
        Assert.Equal(160, together.DistinctBy(p => p.Key).Count());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_search_follows_names_merges_and_erasure(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await TestStore.OpenAsync(engine, [new ProfilesModule(), new SegmentsModule()], more: s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(TimeProvider.System, TimeZoneInfo.Utc)));
        using var scope = store.Services.CreateScope();
        var (people, merges) = (scope.ServiceProvider.GetRequiredService<PeopleService>(), scope.ServiceProvider.GetRequiredService<MergeService>());
        var told = 0;
        async Task TellAsync(string? user, string? anonymous, string? traits) =>
            await store.Writer.AppendAsync([Make.Event($"t{told++}", user: user, anonymous: anonymous, type: EventTypes.Identify, at: Make.Noon.AddMinutes(told), traits: traits)]);
        async Task FindsAsync(string text, params string[] keys) => Assert.Equal(keys, (await people.PageAsync(new PeopleQuery { Text = text })).People.Select(p => p.Key).Order(StringComparer.Ordinal));
        await TellAsync("ann", null, """{"name":"Ann Zhào","email":"Ann@Shop.example"}""");
        await TellAsync("bob", null, """{"firstName":"Bob","lastName":"王伟"}""");
        await TellAsync(null, "d1", """{"email":"later@shop.example"}""");
        await FindsAsync("ANN@SHOP", "ann");
        await FindsAsync("n zhÀ", "ann");
        await FindsAsync("王", "bob");
        await FindsAsync("later@", "anon:d1");
        await FindsAsync("example", "ann", "anon:d1");

        // Another name takes the place of the first; a device that signs in brings what was known of it.
        await TellAsync("ann", null, """{"name":"Anna Q"}""");
        await TellAsync("bob", "d1", null);
        await FindsAsync("zhào");
        await FindsAsync("anna q", "ann");
        await FindsAsync("later@", "bob");

        Assert.Equal(MergeResult.Done, await merges.MergeAsync((await merges.PreviewAsync("ann", "bob")).Preview!, "by hand", "Mia"));
        await FindsAsync("anna q", "ann");
        await FindsAsync("later@");
        Assert.True(await merges.UndoAsync((await merges.NewestAsync(1))[0].Id, "Mia"));
        await FindsAsync("later@", "bob");
        await FindsAsync("anna q", "ann");

        await TellAsync("ann", null, """{"name":null,"email":null}""");
        await FindsAsync("anna q");
        await FindsAsync("shop.example", "bob");
        await scope.ServiceProvider.GetRequiredService<PersonErasure>().EraseAsync("bob");
        await FindsAsync("shop.example");
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select count(*) from people_search"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_timeline_is_narrowed_to_a_kind_and_goes_on_in_both_directions(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await TestStore.OpenAsync(engine, [new ProfilesModule()], more: s => s.AddSingleton<IAuditLog, NoAudit>());
        var people = store.Services.CreateScope().ServiceProvider.GetRequiredService<PeopleService>();
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 60).Select(i => Make.Event($"e{i:00}", i % 10 == 0 ? EventNames.OrderCompleted : EventNames.ProductViewed, at: Make.Noon.AddDays(5 * (i / 2))))]);
        var person = (await people.FindAsync("u1"))!;
        Assert.Equal(["e50", "e40", "e30", "e20", "e10", "e00"], (await people.TimelineAsync(person, [], null, 50, kind: "orders")).Select(e => e.MessageId));
        Assert.Empty(await people.TimelineAsync(person, [], null, 50, kind: "searches"));
        var start = Make.Noon.AddDays(60);
        var older = await people.TimelineAsync(person, [], null, 10, start);
        Assert.Equal("e25", older[0].MessageId);
        var newer = new List<string>();
        for (var page = await people.NewerAsync(person, [], older[0], 7, start); page.Count > 0; page = await people.NewerAsync(person, [], page[0], 7, start)) newer.InsertRange(0, page.Select(e => e.MessageId));
        Assert.Equal(Enumerable.Range(26, 34).Reverse().Select(i => $"e{i:00}"), newer);
        // From a moment without a line shown: what came after it.
        Assert.Equal("e26", (await people.NewerAsync(person, [], null, 100, start))[^1].MessageId);
    }
}
