using BehaviorDashboard.Events;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>What the writer promises, on both engines.</summary>
public class EventWriterTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private sealed record Row(string UserId, long Events, long Sessions, long Orders, long Units, long Refunds, decimal Revenue, decimal Refunded, string? Email, string? Name, string? Traits, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, DateTimeOffset? LastOrderAt);

    private const string Rows = """
        select user_id as UserId, events as Events, sessions as Sessions, orders as Orders, units as Units, refunds as Refunds, revenue as Revenue,
            refunded as Refunded, email as Email, name as Name, cast(traits as text) as Traits, first_seen as FirstSeen, last_seen as LastSeen,
            last_order_at as LastOrderAt
        from profiles order by user_id
        """;

    private static async Task<TestStore> OpenAsync(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        return await TestStore.OpenAsync(engine);
    }

    private static async Task DuplicatesAre(bool[] expected, Task<AppendResult> append) => Assert.Equal(expected, (await append).Duplicate);

    [Theory, MemberData(nameof(Engines))]
    public async Task A_resent_batch_changes_nothing_even_after_a_restart(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        ShopEvent[] Batch() => [Make.Event("a", "Order Completed", revenue: 10.10m, order: "o1"), Make.Event("b"), Make.Event("a", "Order Completed", revenue: 10.10m)];
        await DuplicatesAre([false, false, true], store.Writer.AppendAsync(Batch()));
        await DuplicatesAre([true, true, true], store.Writer.AppendAsync(Batch()));
        await store.RestartAsync();
        await DuplicatesAre([true, true, true], store.Writer.AppendAsync(Batch()));
        // Late by a year under another time: still the same event.
        await DuplicatesAre([true], store.Writer.AppendAsync([Make.Event("a", at: Make.Noon.AddYears(1))]));
        Assert.Equal(2, await store.Database.ScalarAsync<long>("select count(*) from events"));
        var row = Assert.Single(await store.Database.QueryAsync<Row>(Rows));
        Assert.Equal((2, 1, 10.10m), (row.Events, row.Orders, row.Revenue));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_visitor_who_signs_in_becomes_one_person(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        await store.Writer.AppendAsync([Make.Event("1", user: null, anonymous: "x"), Make.Event("2", user: null, anonymous: "x", at: Make.Noon.AddMinutes(5), traits: """{"plan":"a","email":"early@example.com"}""")]);
        await store.Writer.AppendAsync([Make.Event("3", user: "u1", anonymous: "x", at: Make.Noon.AddMinutes(10), type: EventTypes.Identify, traits: """{"email":"u1@example.com","firstName":"Ada","lastName":"L"}""")]);
        await store.Writer.AppendAsync([Make.Event("4", user: null, anonymous: "x", at: Make.Noon.AddMinutes(12))]);
        var row = Assert.Single(await store.Database.QueryAsync<Row>(Rows));
        Assert.Equal(("u1", 4, 1, "u1@example.com", "Ada L"), (row.UserId, row.Events, row.Sessions, row.Email, row.Name));
        Assert.Contains("\"plan\"", row.Traits, StringComparison.Ordinal);
        Assert.Equal("anon:x", await store.Database.ScalarAsync<string>("select given_id from events where message_id = '4'"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_names_nobody_makes_no_person_and_is_there_once(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        await store.Writer.AppendAsync([Make.Event("1", user: null), Make.Event("2", user: ""), Make.Event("3", user: "", anonymous: "x")]);
        await DuplicatesAre([true, false], store.Writer.AppendAsync([Make.Event("2", user: null), Make.Event("4", user: null)]));
        Assert.Equal("anon:x", Assert.Single(await store.Database.QueryAsync<Row>(Rows)).UserId);
        Assert.Equal(["1", "2", "4"], await store.Database.QueryAsync<string>("select message_id from events where user_id = '' order by 1"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_shared_device_never_merges_two_customers(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        await store.Writer.AppendAsync([Make.Event("1", user: "u1", anonymous: "x"), Make.Event("2", user: "u2", anonymous: "x")]);
        Assert.Equal(["u1", "u2"], (await store.Database.QueryAsync<Row>(Rows)).Select(r => r.UserId));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Refunds_and_returned_units_are_taken_off(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        await store.Writer.AppendAsync([
            Make.Event("o", "Order Completed", revenue: 30m, order: "1"),
            Make.Event("o#1", "Order Completed", type: EventTypes.Item, product: "p", price: 10m, quantity: 3, order: "1"),
            Make.Event("r", "Order Refunded", revenue: -10m, order: "1", at: Make.Noon.AddDays(1)),
            Make.Event("r#1", "Order Refunded", type: EventTypes.Item, product: "p", price: 10m, quantity: -1, order: "1", at: Make.Noon.AddDays(1)),
            Make.Event("e", "Order Completed", revenue: 99m, currency: "EUR", at: Make.Noon.AddDays(2)),
        ]);
        var row = Assert.Single(await store.Database.QueryAsync<Row>(Rows));
        Assert.Equal((2, 1, 2, 30m, 10m), (row.Orders, row.Refunds, row.Units, row.Revenue, row.Refunded));
        Assert.Equal(Make.Noon.AddDays(2), row.LastOrderAt);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_removed_source_leaves_no_trace_in_the_rows(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        await store.Writer.AppendAsync([Make.Event("1"), Make.Event("2", user: "u2", source: "import:7"), Make.Event("3", "Order Completed", revenue: 5m, source: "import:7", at: Make.Noon.AddHours(3))]);
        var removed = 0;
        await store.Writer.ExclusiveAsync(async s => removed = await s.RemoveSourceAsync("import:7"));
        Assert.Equal(2, removed);
        var row = Assert.Single(await store.Database.QueryAsync<Row>(Rows));
        Assert.Equal(("u1", 1, 0m, Make.Noon), (row.UserId, row.Events, row.Revenue, row.LastSeen));
        // What was undone may be imported again.
        await DuplicatesAre([false], store.Writer.AppendAsync([Make.Event("2", user: "u2", source: "import:8")]));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task One_impossible_batch_does_not_cost_its_neighbours(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        var good = store.Writer.AppendAsync([Make.Event("1")]);
        var bad = store.Writer.AppendAsync([Make.Event("2", revenue: 9_999_999_999_999_999_999m)]);
        var alsoGood = store.Writer.AppendAsync([Make.Event("3")]);
        await good;
        await alsoGood;
        await Assert.ThrowsAnyAsync<Exception>(() => bad);
        Assert.Equal(2, await store.Database.ScalarAsync<long>("select count(*) from events"));
        Assert.Equal(2, (await store.Database.QueryAsync<Row>(Rows))[0].Events);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Visits_end_after_half_an_hour_of_silence(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        await store.Writer.AppendAsync([Make.Event("1"), Make.Event("2", at: Make.Noon.AddMinutes(29)), Make.Event("3", at: Make.Noon.AddMinutes(58))]);
        await store.Writer.AppendAsync([Make.Event("4", at: Make.Noon.AddMinutes(90)), Make.Event("5", session: "named", at: Make.Noon.AddMinutes(91))]);
        Assert.Equal(3, (await store.Database.QueryAsync<Row>(Rows))[0].Sessions);
        Assert.Equal(3, await store.Database.ScalarAsync<long>("select count(distinct session_id) from events"));
    }

    [Fact]
    public async Task A_full_queue_refuses_and_takes_nothing()
    {
        await using var store = await TestStore.OpenAsync(Engine.DuckDb, settings: new Dictionary<string, string?> { ["Storage:QueueEvents"] = "1000" });
        var gate = new TaskCompletionSource();
        var exclusive = store.Writer.ExclusiveAsync(_ => gate.Task);
        var first = store.Writer.AppendAsync([.. Enumerable.Range(0, 900).Select(i => Make.Event($"a{i}"))]);
        Assert.Throws<EventQueueFullException>(() => { _ = store.Writer.AppendAsync([.. Enumerable.Range(0, 200).Select(i => Make.Event($"b{i}"))]); });
        gate.SetResult();
        await exclusive;
        Assert.Equal(900, (await first).Stored);
        Assert.Equal(900, await store.Database.ScalarAsync<long>("select count(*) from events"));
    }
}
