using System.Globalization;
using BehaviorDashboard.Events;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>Merging two people and undoing it, whatever comes meanwhile and in whatever order: rows, traits and keys stay exact.</summary>
public class MergeTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    public static TheoryData<Engine, int> Worlds
    {
        get
        {
            var all = new TheoryData<Engine, int>();
            foreach (var engine in new[] { Engine.DuckDb, Engine.Postgres })
                for (var seed = 0; seed < 8; seed++) all.Add(engine, seed);
            return all;
        }
    }

    private sealed record Link(string Alias, string Person, string Kind, DateTimeOffset Since, string? Own);

    private sealed record Said(string Person, string? Email, string? Name, string? Traits);

    private static Task<IReadOnlyList<Link>> LinksAsync(TestStore store) =>
        store.Database.QueryAsync<Link>("select alias as Alias, user_id as Person, kind as Kind, since as Since, own_id as Own from identities order by alias");

    private static Task<IReadOnlyList<Said>> TraitsAsync(TestStore store) =>
        store.Database.QueryAsync<Said>("select user_id as Person, email as Email, name as Name, cast(traits as text) as Traits from profiles order by user_id");

    private static async Task<bool> MergeAsync(TestStore store, string id, string kept, string merged)
    {
        var done = false;
        await store.Writer.ExclusiveAsync(async s => done = await s.MergeAsync(new Merge(id, kept, merged, "test", "tester", Make.Noon)));
        return done;
    }

    private static async Task<(string Kept, string Merged)?> UndoAsync(TestStore store, string id)
    {
        (string, string)? done = null;
        await store.Writer.ExclusiveAsync(async s => done = await s.UnmergeAsync(id, "tester", Make.Noon));
        return done;
    }

    [Theory, MemberData(nameof(Worlds))]
    public async Task Random_merges_and_undos_equal_a_full_count_and_leave_no_trace(Engine engine, int seed)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await TestStore.OpenAsync(engine);
        await using var twin = await TestStore.OpenAsync(engine);
        var random = new Random(seed);
        var open = new List<string>();
        for (var step = 0; step < 30; step++)
        {
            var batch = Enumerable.Range(0, random.Next(1, 12)).Select(i => Something(random, $"m{step}-{i}", Make.Noon.AddSeconds(10 * step))).ToList();
            await store.Writer.AppendAsync(batch);
            await twin.Writer.AppendAsync([.. batch.Select(Copy)]);
            if (random.Next(2) == 0)
            {
                var id = $"merge-{step}";
                if (await MergeAsync(store, id, $"u{random.Next(6)}", $"u{random.Next(6)}")) open.Add(id);
            }
            if (open.Count > 0 && random.Next(3) == 0)
            {
                var id = open[random.Next(open.Count)];
                Assert.NotNull(await UndoAsync(store, id));
                open.Remove(id);
            }
            if (random.Next(6) == 0)
            {
                // The minute that settles sessions passes here at once.
                await store.Writer.SettleAsync();
                await store.RestartAsync();
            }
            if (random.Next(4) > 0) continue;
            await store.Writer.SettleAsync();
            Assert.Equal(await CountedRows.CountAsync(store), await CountedRows.RunningAsync(store));
        }

        foreach (var id in open.OrderBy(_ => random.Next())) Assert.NotNull(await UndoAsync(store, id));
        await store.Writer.SettleAsync();
        await twin.Writer.SettleAsync();

        Assert.Equal(await CountedRows.CountAsync(store), await CountedRows.RunningAsync(store));
        Assert.Equal(await CountedRows.RunningAsync(twin), await CountedRows.RunningAsync(store));
        Assert.Equal(await LinksAsync(twin), await LinksAsync(store));
        Assert.Equal(await TraitsAsync(twin), await TraitsAsync(store));
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select count(*) from own_traits"));
    }

    /// <summary>Sessions are named: one that is derived depends on who somebody was at the moment.</summary>
    private static ShopEvent Something(Random random, string id, DateTimeOffset received)
    {
        var device = random.Next(4) > 0 ? $"d{random.Next(12)}" : null;
        var user = device is null || random.Next(3) == 0 ? $"u{random.Next(6)}" : null;
        var at = Make.Noon.AddMinutes(random.Next(100_000));
        var name = random.Next(4) switch { 0 => EventNames.OrderCompleted, 1 => EventNames.ProductViewed, 2 => EventNames.ProductAdded, _ => "Something" };
        var traits = random.Next(3) > 0 ? null : random.Next(5) switch
        {
            0 => """{"email":null}""",
            1 => string.Create(CultureInfo.InvariantCulture, $$"""{"email":"{{random.Next(9)}}@x.example"}"""),
            _ => string.Create(CultureInfo.InvariantCulture, $$"""{"name":"N{{random.Next(9)}}","t{{random.Next(3)}}":{{random.Next(9)}}}"""),
        };
        return Make.Event(id, name, user, device, at, traits is null ? EventTypes.Track : EventTypes.Identify, traits is null && name == EventNames.OrderCompleted ? random.Next(1, 9_999) / 100m : null,
            session: $"s{random.Next(20)}", traits: traits, received: received);
    }

    private static ShopEvent Copy(ShopEvent e) => Make.Event(e.MessageId, e.Name, e.UserId, e.AnonymousId, e.OccurredAt, e.Type, e.Revenue, session: e.SessionId, traits: e.Traits, received: e.ReceivedAt);

    [Theory, MemberData(nameof(Engines))]
    public async Task What_comes_while_two_are_one_goes_to_whom_it_belongs_when_they_are_two_again(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await TestStore.OpenAsync(engine);
        await store.Writer.AppendAsync([
            Make.Event("a1", EventNames.OrderCompleted, user: "ada", revenue: 10m, traits: """{"name":"Ada","city":"Turin"}"""),
            Make.Event("b1", EventNames.OrderCompleted, user: "bob", revenue: 5m, traits: """{"name":"Bob","phone":"1"}"""),
        ]);
        Assert.False(await MergeAsync(store, "m0", "ada", "nobody"));
        Assert.False(await MergeAsync(store, "m0", "ada", "ada"));
        Assert.True(await MergeAsync(store, "m1", "ada", "bob"));
        Assert.False(await MergeAsync(store, "m2", "ada", "bob"));
        await store.Writer.AppendAsync([
            Make.Event("b2", EventNames.OrderCompleted, user: "bob", anonymous: "phone", revenue: 7m, traits: """{"city":"Rome"}"""),
            Make.Event("b3", EventNames.ProductViewed, user: null, anonymous: "phone"),
        ]);
        var one = Assert.Single(await CountedRows.RunningAsync(store));
        Assert.Equal(("ada", 3L, 22m), (one.Person, one.Orders, one.Revenue));
        Assert.Equal("""{"phone":"1","name":"Ada","city":"Rome"}""", (await TraitsAsync(store))[0].Traits);

        Assert.Equal(("ada", "bob"), await UndoAsync(store, "m1"));

        Assert.Null(await UndoAsync(store, "m1"));
        var rows = await CountedRows.RunningAsync(store);
        Assert.Equal([("ada", 1L, 10m, 0L), ("bob", 2L, 12m, 1L)], rows.Select(r => (r.Person, r.Orders, r.Revenue, r.ProductViews)));
        Assert.Equal("""{"name":"Ada","city":"Turin"}""", (await TraitsAsync(store))[0].Traits);
        Assert.Equal("""{"name":"Bob","phone":"1","city":"Rome"}""", (await TraitsAsync(store))[1].Traits);
        Assert.Equal(new Link("anon:phone", "bob", "seen together", Make.Noon, null), Assert.Single(await LinksAsync(store)));
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select count(*) from events where user_id is null"));
    }
}
