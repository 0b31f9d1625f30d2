using System.Text.Json.Nodes;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Profiles;

/// <summary>Merging as a person does it: suggested, looked at, done, undone, written down; and editing what is known of somebody.</summary>
public class MergeServiceTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static async Task<(TestStore Store, KeptAudit Audit)> OpenAsync(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var audit = new KeptAudit();
        var store = await TestStore.OpenAsync(engine, [new ProfilesModule()], more: s => s.AddSingleton<IAuditLog>(audit));
        await store.Writer.AppendAsync([
            Make.Event("1", EventNames.OrderCompleted, user: "ada", revenue: 10m, session: "s1", traits: """{"email":"Ada@x.example","name":"Ada","city":"Turin"}"""),
            Make.Event("2", EventNames.OrderCompleted, user: "ada2", revenue: 4m, session: "s1", traits: """{"email":"ada@x.example","name":"Ada L","phone":"+39 011 555-0001"}"""),
            Make.Event("3", user: "tom", traits: """{"phone":"0039 011 5550001"}"""),
            Make.Event("4", user: "eve", traits: """{"name":"Eve Li","postcode":"100 084"}"""),
            Make.Event("5", user: null, anonymous: "e", traits: """{"name":"eve li","address":{"postalCode":"100084"}}"""),
            Make.Event("6", user: null, anonymous: "y", traits: """{"email":"nobody@x.example"}"""), Make.Event("7", user: null, anonymous: "z", traits: """{"email":"nobody@x.example"}"""),
        ]);
        return (store, audit);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task People_who_share_a_mark_are_suggested_until_somebody_says_that_they_are_two(Engine engine)
    {
        var (store, audit) = await OpenAsync(engine);
        await using var _ = store;
        var merges = store.Services.CreateScope().ServiceProvider.GetRequiredService<MergeService>();
        var found = await merges.SuggestionsAsync();
        Assert.Equal(["ada2<tom phone", "ada<ada2 email", "eve<anon:e name and postcode"], found.Select(s => $"{s.Kept.Key}<{s.Merged.Key} {string.Join('+', s.Reasons)}").Order(StringComparer.Ordinal));
        await merges.DismissAsync("tom", "ada2", "Mia");
        Assert.Equal(2, (await merges.SuggestionsAsync()).Count);
        Assert.Equal("person.merge_dismissed tom", Assert.Single(audit.Actions));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_preview_says_what_the_merge_makes_true(Engine engine)
    {
        var (store, audit) = await OpenAsync(engine);
        await using var _ = store;
        using var scope = store.Services.CreateScope();
        var (merges, people) = (scope.ServiceProvider.GetRequiredService<MergeService>(), scope.ServiceProvider.GetRequiredService<PeopleService>());
        Assert.Equal(MergeResult.NobodyKnown, (await merges.PreviewAsync("anon:y", "anon:z")).Result);
        Assert.Equal(MergeResult.NotTwo, (await merges.PreviewAsync("ada", "ada")).Result);
        Assert.Equal(MergeResult.NotTwo, (await merges.PreviewAsync("ada", "missing")).Result);
        Assert.Equal("eve", (await merges.PreviewAsync("anon:e", "eve")).Preview!.Kept.Key);
        var preview = (await merges.PreviewAsync("ada", "ada2")).Preview!;
        Assert.Equal(2, preview.Traits.Count(t => t.Conflicts));

        Assert.Equal(MergeResult.Done, await merges.MergeAsync(preview, "email", "Mia"));

        Assert.Equal(MergeResult.NotTwo, await merges.MergeAsync(preview, "email", "Mia"));
        var one = (await people.FindAsync("ada2"))!;
        Assert.Equal(("ada", preview.Orders, preview.NetRevenue, preview.Events, preview.Sessions), (one.Key, one.Orders, one.NetRevenue, one.Events, one.Sessions));
        Assert.Equal(preview.Traits.ToDictionary(t => t.Name, t => t.Result), PersonTraits.Read(one.Traits));
        var made = Assert.Single(await merges.OfAsync("ada2"));
        Assert.True(await merges.UndoAsync(made.Id, "Tom"));
        Assert.False(await merges.UndoAsync(made.Id, "Tom"));
        Assert.Equal((1L, 4m, "Ada L"), (await people.FindAsync("ada2")) is { } two ? (two.Orders, two.NetRevenue, two.Name) : default);
        Assert.Equal(("Mia", "Tom"), (await merges.OfAsync("ada")) is [var line] ? (line.MergedBy, line.UndoneBy) : default);
        Assert.Equal(["person.merged ada", "person.unmerged ada"], audit.Actions);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Two_tabs_that_merge_or_undo_at_once_do_it_once(Engine engine)
    {
        var (store, audit) = await OpenAsync(engine);
        await using var _ = store;
        using var scope = store.Services.CreateScope();
        var people = scope.ServiceProvider.GetRequiredService<PeopleService>();
        MergeService Tab() => scope.ServiceProvider.CreateScope().ServiceProvider.GetRequiredService<MergeService>();
        var before = new[] { (await people.FindAsync("ada"))!, (await people.FindAsync("ada2"))! };
        // One of them looks at the two the other way round.
        var previews = new[] { (await Tab().PreviewAsync("ada", "ada2")).Preview!, (await Tab().PreviewAsync("ada2", "ada")).Preview!, (await Tab().PreviewAsync("ada", "ada2")).Preview! };
        var merged = await Task.WhenAll(previews.Select(p => Task.Run(() => Tab().MergeAsync(p, "email", "Mia"))));
        Assert.Equal([MergeResult.Done, MergeResult.NotTwo, MergeResult.NotTwo], merged.Order());
        var made = Assert.Single(await Tab().OfAsync("ada"));
        var one = (await people.FindAsync("ada"))!;
        Assert.Equal((2L, 14m, one.Key), (one.Orders, one.NetRevenue, (await people.FindAsync("ada2"))!.Key));

        var undone = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Tab().UndoAsync(made.Id, "Tom"))));
        Assert.Equal([false, false, true], undone.Order());
        Assert.Equal(before, new[] { (await people.FindAsync("ada"))!, (await people.FindAsync("ada2"))! });
        Assert.Equal([$"person.merged {made.Kept}", $"person.unmerged {made.Kept}"], audit.Actions);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_trait_edited_by_hand_is_typed_remembered_and_leaves_the_figures(Engine engine)
    {
        var (store, audit) = await OpenAsync(engine);
        await using var _ = store;
        using var scope = store.Services.CreateScope();
        var (traits, people) = (scope.ServiceProvider.GetRequiredService<PersonTraits>(), scope.ServiceProvider.GetRequiredService<PeopleService>());
        var before = (await people.FindAsync("ada"))!;
        Assert.True(await traits.SetAsync("ada", "points", PersonTraits.Parse(TraitType.Number, "12.50", out var none), "Mia"));
        Assert.Null(none);
        Assert.True(await traits.SetAsync("ada", "city", null, "Mia"));
        Assert.False(await traits.SetAsync("ada", "city", null, "Mia"));
        Assert.True(await traits.SetAsync("anon:y", "vip", JsonValue.Create(true), "Mia"));
        Assert.False(await traits.SetAsync("missing", "vip", JsonValue.Create(true), "Mia"));
        var after = (await people.FindAsync("ada"))!;
        Assert.Equal("""{"email":"Ada@x.example","name":"Ada","points":12.50}""", after.Traits);
        Assert.Equal((before.LastSeen, before.Sessions, before.Orders, before.NetRevenue), (after.LastSeen, after.Sessions, after.Orders, after.NetRevenue));
        Assert.Equal(["city \"Turin\"→ Mia", "points →12.50 Mia"], (await traits.ChangesAsync("ada")).Select(c => $"{c.Trait} {c.Before}→{c.After} {c.ChangedBy}"));
        Assert.Equal(3, audit.Actions.Count(a => a.StartsWith("person.trait_changed", StringComparison.Ordinal)));
        await Assert.ThrowsAsync<ArgumentException>(() => traits.SetAsync("ada", "a\"b", null, "Mia"));
        foreach (var (type, text) in new[] { (TraitType.Number, "1,5"), (TraitType.Date, "2026-13-01"), (TraitType.YesNo, "maybe"), (TraitType.Text, " ") })
        {
            Assert.Null(PersonTraits.Parse(type, text, out var problem));
            Assert.NotNull(problem);
        }
    }
}
