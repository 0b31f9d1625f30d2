using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Testing;
using BehaviorDashboard.Tests.Profiles;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>Text is text: every script comes back whole, equal means the same signs, and pages hold everybody however a database orders.</summary>
public class TextTests
{
    private static readonly string[] Keys =
    [
        "Zoë", "zoë", "Zoe\u0308", "ZOË", "ß", "ss", "İstanbul", "istanbul", "王小明", "王小", "张伟", "👩‍👩‍👧", "👩", "'; drop table events; --", "a b", "a  b", "a_b", "a%b", "a\\b", "\"quoted\"",
        "-1", "é", "e\u0301", "Ω", "ω", "ﬁ", "fi", "עברית", "हिन्दी", "\u200Bhidden", "Å", "A\u030A", "$name", "@name", "{0}", "name\ttab",
    ];

    /// <summary>The engines, and a database that orders as a language does instead of by code point.</summary>
    public static TheoryData<Engine, string?> Stores => new() { { Engine.DuckDb, null }, { Engine.Postgres, null }, { Engine.Postgres, "de" }, { Engine.Postgres, "zh" } };

    private static async Task<TestStore> OpenAsync(Engine engine, string? language)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        return await TestStore.OpenAsync(engine, [new ProfilesModule()], more: s => s.AddSingleton<IAuditLog, NoAudit>(), language: language);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Keys_that_differ_in_any_sign_are_different_people_and_come_back_as_sent(Engine engine, string? language)
    {
        await using var store = await OpenAsync(engine, language);
        await store.Writer.AppendAsync([.. Keys.Select((key, i) => Make.Event($"e{i}", "搜索 🔎", user: key, query: key))]);
        await store.Writer.AppendAsync([.. Keys.Select((key, i) => Make.Event($"again{i}", "搜索 🔎", user: key, query: key))]);
        var stored = await store.Database.QueryAsync<string>("select user_id from profiles where events = 2");
        Assert.Equal(Keys.Order(StringComparer.Ordinal), stored.Order(StringComparer.Ordinal));
        foreach (var key in Keys)
            Assert.Equal(2, await store.Database.ScalarAsync<long>("select count(*) from events where user_id = @Key and query = @Key and name = '搜索 🔎'", new { Key = key }));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Pages_of_people_hold_every_key_once(Engine engine, string? language)
    {
        await using var store = await OpenAsync(engine, language);
        var keys = Keys.SelectMany(k => Enumerable.Range(0, 5).Select(i => $"{k}{i}")).ToList();
        await store.Writer.AppendAsync([.. keys.Select((key, i) => Make.Event($"e{i}", user: key))]);
        var people = store.Services.CreateScope().ServiceProvider.GetRequiredService<PeopleService>();
        foreach (var sort in new[] { "seen", "revenue", "orders" })
        {
            var seen = await people.EveryKeyAsync(sort);
            Assert.Equal(keys.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        }
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task People_are_found_by_a_part_of_their_name_in_any_case(Engine engine, string? language)
    {
        await using var store = await OpenAsync(engine, language);
        await store.Writer.AppendAsync([
            Make.Event("1", user: "u1", traits: """{"name":"Zoë Ångström","email":"Zoe@Example.com"}"""),
            Make.Event("2", user: "u2", traits: """{"name":"王小明","email":"wang@example.com"}"""),
            Make.Event("3", user: "u3", traits: """{"name":"Ωmega 👩‍👩‍👧"}"""),
        ]);
        var people = store.Services.CreateScope().ServiceProvider.GetRequiredService<PeopleService>();
        foreach (var (text, found) in new[] { ("ZOË", "u1"), ("ångs", "u1"), ("ÅNGS", "u1"), ("zoe@EXAMPLE", "u1"), ("小明", "u2"), ("WANG@", "u2"), ("ωMEGA", "u3"), ("👩‍👩‍👧", "u3") })
            Assert.Equal([found], (await people.PageAsync(new PeopleQuery { Text = text })).People.Select(p => p.Key));
        // An accent is part of the name.
        Assert.Empty((await people.PageAsync(new PeopleQuery { Text = "zoe a" })).People);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Json_keeps_every_sign_and_long_numbers(Engine engine, string? language)
    {
        await using var store = await OpenAsync(engine, language);
        const string Properties = """{"名":"值 👩‍👩‍👧","quote":"\"\\","n":12345678901234567890.123456789,"nested":{"a":[1,null,true]},"empty":""}""";
        await store.Writer.AppendAsync([Make.Event("1", properties: Properties), Make.Event("2", properties: null)]);
        Assert.Equal("值 👩‍👩‍👧", await store.Database.ScalarAsync<string>("select properties ->> '名' from events where message_id = '1'"));
        Assert.Equal("\"\\", await store.Database.ScalarAsync<string>("select properties ->> 'quote' from events where message_id = '1'"));
        Assert.Contains("12345678901234567890.123456789", await store.Database.ScalarAsync<string>("select cast(properties as text) from events where message_id = '1'"), StringComparison.Ordinal);
        Assert.Equal(1, await store.Database.ScalarAsync<long>("select count(*) from events where properties is null"));
    }
}
