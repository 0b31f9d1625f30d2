using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Profiles;

/// <summary>What people say of each purpose is known with the event that says it, holds for all of their keys, and can be asked in SQL.</summary>
public class ConsentTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static async Task<(TestStore Store, ConsentService Consents)> OpenAsync(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var store = await TestStore.OpenAsync(engine, [new ProfilesModule()], more: s => s.AddSingleton<IAuditLog, NoAudit>());
        return (store, store.Services.GetRequiredService<ConsentService>());
    }

    private static Task<IReadOnlyList<string>> WithoutAsync(TestStore store, ConsentService consents, string purpose) =>
        store.Database.QueryAsync<string>($"select user_id from ({consents.Without(purpose)}) w order by 1");

    private static async Task AskedByNameItIsTheSameAsync(TestStore store, ConsentService consents)
    {
        var people = await store.Database.QueryAsync<string>("select user_id from profiles order by 1");
        var allowed = await store.Database.ReadAsync(session => consents.AllowedAsync(session, [.. people], Purposes.All));
        foreach (var purpose in Purposes.All) Assert.Equal(await WithoutAsync(store, consents, purpose), people.Where(p => !allowed.Contains((p, purpose))));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task The_last_word_holds_under_whichever_key_it_was_said(Engine engine)
    {
        var (store, consents) = await OpenAsync(engine);
        await using var _ = store;
        await store.Writer.AppendAsync([
            Make.Event("1", user: "yes", type: EventTypes.Identify, traits: """{"emailConsent":true}"""),
            Make.Event("2", user: "silent"),
            Make.Event("3", user: null, anonymous: "x", type: EventTypes.Identify, at: Make.Noon.AddHours(2), traits: """{"consent":{"personalization":"denied","marketingEmail":"no"}}"""),
            Make.Event("4", user: "login", type: EventTypes.Identify, at: Make.Noon, traits: """{"acceptsMarketing":"yes"}"""),
            Make.Event("5", user: "login", anonymous: "x", at: Make.Noon.AddHours(3)),
            Make.Event("6", "Unsubscribed", user: "gone", at: Make.Noon.AddDays(1)),
            Make.Event("7", user: "gone", type: EventTypes.Identify, at: Make.Noon, traits: """{"emailConsent":true}"""),
        ]);

        Assert.Equal(["gone", "login", "silent"], await WithoutAsync(store, consents, Purposes.MarketingEmail));
        Assert.Equal(["login"], await WithoutAsync(store, consents, Purposes.Personalisation));
        await AskedByNameItIsTheSameAsync(store, consents);
        Assert.Empty(await WithoutAsync(store, consents, Purposes.Analytics));
        Assert.True(await consents.AllowsAsync("yes", Purposes.MarketingEmail));
        Assert.False(await consents.AllowsAsync("anon:x", Purposes.Personalisation));
        Assert.Equal(1, await store.Database.ScalarAsync<long>($"select count(*) from profiles p where {consents.Allows(Purposes.MarketingEmail, "p.user_id")}"));

        await consents.SetAsync("login", Purposes.MarketingEmail, true, "Mia", "by telephone");
        await consents.SetAsync("login", Purposes.MarketingEmail, true, "Mia");

        Assert.True(await consents.AllowsAsync("anon:x", Purposes.MarketingEmail));
        var history = (await consents.HistoryAsync("login")).Where(c => c.Purpose == Purposes.MarketingEmail).ToList();
        Assert.Equal(["page True Mia", "test False ", "test True "], history.Select(h => $"{h.Source} {h.Granted} {h.ChangedBy}"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_merge_takes_the_last_word_of_both_and_an_undo_gives_each_their_own_back(Engine engine)
    {
        var (store, consents) = await OpenAsync(engine);
        await using var _ = store;
        await store.Writer.AppendAsync([
            Make.Event("1", user: "ada", type: EventTypes.Identify, traits: """{"emailConsent":true}"""),
            Make.Event("2", user: "bob", type: EventTypes.Identify, at: Make.Noon.AddHours(1), traits: """{"emailConsent":false}"""),
        ]);
        await store.Writer.ExclusiveAsync(s => s.MergeAsync(new Merge("m", "ada", "bob", "email", "Mia", Make.Noon)));
        Assert.Equal(["ada"], await WithoutAsync(store, consents, Purposes.MarketingEmail));
        await AskedByNameItIsTheSameAsync(store, consents);
        // Said by one of them while they are one: it is theirs afterwards.
        await store.Writer.AppendAsync([Make.Event("3", user: "bob", type: EventTypes.Identify, at: Make.Noon.AddHours(2), traits: """{"emailConsent":true}""")]);
        Assert.True(await consents.AllowsAsync("ada", Purposes.MarketingEmail));
        await store.Writer.AppendAsync([Make.Event("4", user: "bob", type: EventTypes.Identify, at: Make.Noon.AddHours(3), traits: """{"emailConsent":false}""")]);
        await store.Writer.ExclusiveAsync(s => s.UnmergeAsync("m", "Mia", Make.Noon));
        Assert.Equal(["bob"], await WithoutAsync(store, consents, Purposes.MarketingEmail));
        await AskedByNameItIsTheSameAsync(store, consents);
        Assert.Single(await consents.HistoryAsync("ada"));
        Assert.Equal(3, (await consents.HistoryAsync("bob")).Count);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task The_same_said_again_is_no_change(Engine engine)
    {
        var (store, consents) = await OpenAsync(engine);
        await using var _ = store;
        for (var i = 0; i < 5; i++)
            await store.Writer.AppendAsync([Make.Event($"e{i}", user: "u", type: EventTypes.Identify, at: Make.Noon.AddMinutes(i), traits: """{"email_consent":"granted","consent":{"analytics":{"granted":true},"email":7.5,"ads":true}}""")]);
        Assert.Equal([(Purposes.Analytics, true), (Purposes.MarketingEmail, true)], (await consents.HistoryAsync("u")).Select(c => (c.Purpose, c.Granted)).Order());
        await Assert.ThrowsAsync<ArgumentException>(() => consents.SetAsync("u", "'; drop table consents", true, "x"));
    }
}
