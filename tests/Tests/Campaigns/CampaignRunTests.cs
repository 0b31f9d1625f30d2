using System.Text.RegularExpressions;
using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Events;
using BehaviorDashboard.Statistics;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Campaigns;

/// <summary>A campaign from its start to its frozen result, on both engines.</summary>
public sealed partial class CampaignRunTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    [Theory, MemberData(nameof(Engines))]
    public async Task Everybody_meant_is_written_to_once_and_the_others_are_named_with_the_reason(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(200);
        await world.PeopleAsync(20, consent: false, prefix: "q");
        await world.Store.Writer.AppendAsync([Make.Event("anon", "Product Viewed", null, anonymous: "x1"), Make.Event("noaddress", "identify", "r1", type: EventTypes.Identify, traits: """{"emailConsent":true}""")]);
        var estimate = await world.Service.EstimateAsync(null, CampaignWorld.Spec());
        Assert.Equal((221L, 200L), (estimate.Candidates, estimate.Eligible));
        Assert.Equal([("no_consent", 20L), ("no_address", 1L)], estimate.LeftOut.Select(l => (l.Reason, l.People)));

        var campaign = await world.StartAsync(CampaignWorld.Spec());
        await world.Service.StartAsync(campaign, "ann");
        await world.Runner.PassAsync();
        await world.DrainAsync();
        var people = await world.Service.PeopleAsync(campaign.Id, limit: 1_000);
        var held = people.Where(p => p.Arm == Assignment.Held).Select(p => p.Person).ToHashSet();
        var mails = await world.MailsAsync();
        Assert.Equal(221, people.Count);
        Assert.InRange(held.Count, 20, 62);
        Assert.Equal(200 - held.Count, mails.Count);
        Assert.Equal(mails.Count, mails.Select(m => m.Recipient).Distinct().Count());
        Assert.DoesNotContain(mails, m => held.Contains(m.Recipient.Split('@')[0]));
        Assert.All(mails, m => Assert.StartsWith("Hi N", m.Subject, StringComparison.Ordinal));
        Assert.All(mails, m => Assert.Contains("/m/u/", m.Body, StringComparison.Ordinal));
        Assert.Equal(mails.Count, (int)(await world.Store.Database.ScalarAsync<long>("select count(*) from events where name = 'Email Delivered' and campaign_id = @Id", new { Id = $"c{campaign.Id}" })));
        await world.Runner.PassAsync();
        Assert.Equal(CampaignStatus.Ended, (await world.Service.FindAsync(campaign.Id))!.Status);
        Assert.Equal(mails.Count, (await world.Service.CountsAsync(campaign.Id)).Sent);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_pause_stops_the_outbox_and_what_a_dead_process_held_is_never_sent_again_by_itself(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(60);
        var campaign = await world.StartAsync(CampaignWorld.Spec(0));
        Assert.Equal(20, await world.Delivery.SendDueAsync());
        Assert.True(await world.Service.PauseAsync(campaign, "ann"));
        Assert.False(await world.Service.PauseAsync(campaign, "ann"));
        Assert.Equal(0, await world.Delivery.SendDueAsync());
        Assert.True(await world.Service.ResumeAsync((await world.Service.FindAsync(campaign.Id))!, "ann"));

        // A process claims some and dies before it has handed them over.
        var outbox = world.Store.Services.GetRequiredService<OutboxStore>();
        Assert.Equal(20, (await outbox.ClaimAsync([campaign.Id], 20, world.Time.GetUtcNow(), default)).Count);
        await world.DrainAsync();
        Assert.Equal(40, (await world.MailsAsync()).Count);
        world.Time.Advance(TimeSpan.FromMinutes(4));
        await world.Delivery.AdoptAsync();
        await world.DrainAsync();
        Assert.Equal((40L, 20L), ((await world.Service.CountsAsync(campaign.Id)).Sent, (await world.Service.CountsAsync(campaign.Id)).Unclear));
        Assert.Equal(20, await world.Service.SendAgainAsync((await world.Service.FindAsync(campaign.Id))!, "ann"));
        await world.DrainAsync();
        Assert.Equal(60, (await world.MailsAsync()).Select(m => m.Recipient).Distinct().Count());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task The_effect_is_measured_against_the_held_out_and_a_frozen_result_stays(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(1_000);
        var campaign = await world.StartAsync(CampaignWorld.Spec(0.4));
        await world.DrainAsync();
        world.Time.Advance(TimeSpan.FromDays(1));
        var people = await world.Service.PeopleAsync(campaign.Id, limit: 2_000);
        foreach (var p in people.Where((p, i) => i % (p.Arm == Assignment.Held ? 20 : 4) == 0)) await world.OrderAsync(p.Person, 50);
        await world.OrderAsync("stranger", 999);
        await world.Runner.PassAsync();
        await world.Runner.PassAsync();
        campaign = (await world.Service.FindAsync(campaign.Id))!;
        var view = await world.Effects.ViewAsync(campaign);
        Assert.Equal((false, 1_000L), (view.Frozen, view.Effect.Treated + view.Effect.Held));
        Assert.InRange(view.Effect.Conversion!.Band.Value, 0.13, 0.27);
        Assert.Equal((Verdict.Works, Verdict.Works), (view.Effect.Conversion.Verdict, view.Effect.Revenue!.Verdict));
        Assert.False(view.Effect.Ratio.IsWrong);
        Assert.Equal(view.Effect.Arms.Sum(a => a.Revenue), 50.0 * view.Effect.Arms.Sum(a => a.Orders), 6);

        world.Time.Advance(TimeSpan.FromDays(8));
        await world.Runner.PassAsync();
        var frozen = await world.Effects.ViewAsync(campaign);
        Assert.True(frozen.Frozen && frozen.ChangedSince is null);
        await world.OrderAsync(people.First(p => p.Arm == Assignment.Held).Person, 70, "late", Make.Noon.AddDays(3));
        var later = await world.Effects.ViewAsync(campaign);
        Assert.Equal(frozen.Effect.Arms, later.Effect.Arms);
        Assert.NotNull(later.ChangedSince);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Whoever_leaves_is_not_written_to_any_more_whatever_was_frozen(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(3);
        var spec = CampaignWorld.Spec(0);
        var campaign = await world.StartAsync(spec with { Steps = [spec.Steps[0], new CampaignStep { WaitHours = 24, Versions = [new CampaignVersion("A", 1, "Again", "b")] }] });
        await world.DrainAsync();
        var mail = (await world.MailsAsync()).Single(m => m.Recipient.StartsWith("p0001", StringComparison.Ordinal));
        var links = world.Store.Services.GetRequiredService<PublicLinks>();
        var owner = links.Open(Unsubscribe().Match(mail.Body).Groups[1].Value)!;
        Assert.Equal(("p0001", campaign.Id), (owner.Person, owner.Campaign));
        Assert.Null(links.Open(Unsubscribe().Match(mail.Body).Groups[1].Value[..^2] + "xx"));
        await using (var scope = world.Store.Services.CreateAsyncScope()) await scope.ServiceProvider.GetRequiredService<FeedbackService>().StopAsync("unsubscribed", owner, default);
        await world.OrderAsync("p0002", 10);
        world.Time.Advance(TimeSpan.FromHours(25));
        await world.DrainAsync();
        Assert.Equal(["p0002@shop.example", "p0003@shop.example"], (await world.MailsAsync()).Where(m => m.Subject == "Again").Select(m => m.Recipient).Order());
        Assert.Equal(1, (await world.Service.CountsAsync(campaign.Id)).Skipped);
        // Neither by the next campaign.
        var estimate = await world.Service.EstimateAsync(null, CampaignWorld.Spec(0));
        Assert.Equal([("unsubscribed", 1L)], estimate.LeftOut.Select(l => (l.Reason, l.People)));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_split_sends_each_person_down_one_road_and_both_meet_again(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(4);
        CampaignStep Step(string subject, double wait, string only = "") => new() { WaitHours = wait, Only = only, OnlyEvent = only.Length > 0 ? CampaignEvents.Opened : "", Versions = [new CampaignVersion("A", 1, subject, "b")] };
        await world.StartAsync(CampaignWorld.Spec(0) with { Steps = [Step("First", 0), Step("Thanks", 24, CampaignStep.Did), Step("Again", 0, CampaignStep.DidNot), Step("Last", 24)] });
        await world.DrainAsync();
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.Store.Writer.AppendAsync([Make.Event("open", CampaignEvents.Opened, "p0002", at: world.Time.GetUtcNow())]);
        world.Time.Advance(TimeSpan.FromHours(24));
        await world.DrainAsync();
        string[] Of(IReadOnlyList<LocalMail> mails, string subject) => [.. mails.Where(m => m.Subject == subject).Select(m => m.Recipient[..5]).Order()];
        Assert.Equal(["p0002"], Of(await world.MailsAsync(), "Thanks"));
        Assert.Equal(["p0001", "p0003", "p0004"], Of(await world.MailsAsync(), "Again"));
        world.Time.Advance(TimeSpan.FromHours(25));
        await world.DrainAsync();
        Assert.Equal(4, Of(await world.MailsAsync(), "Last").Length);
        Assert.Equal(["Split"], CampaignCheck.Saving("x", CampaignWorld.Spec() with { Steps = [Step("First", 0), Step("Then", 1, CampaignStep.Did) with { OnlyEvent = "" }] }).Select(p => p.Code));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task An_abandoned_basket_is_written_to_after_the_wait_unless_it_was_bought(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(4);
        var spec = CampaignWorld.Spec(0) with { Schedule = new CampaignSchedule { Kind = CampaignSchedule.Event, Trigger = EventNames.ProductAdded, WaitHours = 4, ExitOn = EventNames.OrderCompleted } };
        var campaign = await world.StartAsync(spec);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        var now = world.Time.GetUtcNow();
        await world.Store.Writer.AppendAsync([.. new[] { "p0001", "p0002" }.SelectMany(p => Enumerable.Range(0, 2).Select(i => Make.Event($"add-{p}-{i}", EventNames.ProductAdded, p, at: now, product: "cup", properties: $$"""{"cart_id":"k{{p}}"}""")))]);
        await world.Runner.PassAsync();
        await world.Runner.PassAsync();
        await world.DrainAsync();
        Assert.Empty(await world.MailsAsync());
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.OrderAsync("p0002", 20);
        world.Time.Advance(TimeSpan.FromHours(4));
        await world.DrainAsync();
        Assert.Equal(["p0001@shop.example"], (await world.MailsAsync()).Select(m => m.Recipient));
        Assert.Equal(("kp0001", 1L), ((await world.Service.PeopleAsync(campaign.Id, "p0001")).Single().Entry, (await world.Service.CountsAsync(campaign.Id)).Skipped));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_person_gets_so_many_messages_and_the_more_important_campaign_first(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine, new Dictionary<string, string?> { ["Campaigns:MostMessages"] = "2" });
        await world.PeopleAsync(5);
        await world.StartAsync(CampaignWorld.Spec(0));
        await world.DrainAsync();
        await world.StartAsync(CampaignWorld.Spec(0));
        await world.DrainAsync();
        Assert.Equal([("too_many", 5L)], (await world.Service.EstimateAsync(null, CampaignWorld.Spec(0))).LeftOut.Select(l => (l.Reason, l.People)));
        world.Time.Advance(TimeSpan.FromDays(8));
        var recurring = CampaignWorld.Spec(0) with { Priority = 9, Schedule = new CampaignSchedule { Kind = CampaignSchedule.Recurring, EveryDays = 30 } };
        await world.StartAsync(recurring);
        Assert.Equal([("priority", 5L)], (await world.Service.EstimateAsync(null, CampaignWorld.Spec(0))).LeftOut.Select(l => (l.Reason, l.People)));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Too_many_people_leaving_pauses_the_campaign_until_a_person_overrules(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(100);
        var campaign = await world.StartAsync(CampaignWorld.Spec(0) with { Schedule = new CampaignSchedule { Kind = CampaignSchedule.Recurring, EveryDays = 7 } });
        await world.DrainAsync();
        await using (var scope = world.Store.Services.CreateAsyncScope())
            for (var i = 1; i <= 20; i++) await scope.ServiceProvider.GetRequiredService<FeedbackService>().StopAsync("unsubscribed", new LinkOwner(campaign.Id, $"p{i:0000}", $"m{i}"), default);
        world.Time.Advance(TimeSpan.FromSeconds(2));
        await world.Runner.PassAsync();
        var paused = (await world.Service.FindAsync(campaign.Id))!;
        Assert.Equal((CampaignStatus.Paused, "unsubscribes"), (paused.Status, paused.Stopped));
        Assert.True(await world.Service.ResumeAsync(paused, "ann"));
        world.Time.Advance(TimeSpan.FromSeconds(2));
        await world.Runner.PassAsync();
        Assert.Equal(CampaignStatus.Live, (await world.Service.FindAsync(campaign.Id))!.Status);
    }

    [GeneratedRegex("/m/u/([A-Za-z0-9_-]+)")]
    private static partial Regex Unsubscribe();
}
