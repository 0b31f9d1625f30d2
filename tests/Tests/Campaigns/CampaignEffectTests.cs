using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Statistics;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Campaigns;

/// <summary>Money beside conversions, what stays fixed while a campaign runs, and what rules may watch and do.</summary>
public sealed class CampaignEffectTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static Task BuyAsync(CampaignWorld world, string person, string product, int units, decimal paid) => world.Store.Writer.AppendAsync([
        Make.Event($"o-{person}", EventNames.OrderCompleted, person, at: world.Time.GetUtcNow(), revenue: paid, order: $"o-{person}", currency: "USD", received: world.Time.GetUtcNow()),
        Make.Event($"o-{person}-1", EventNames.OrderCompleted, person, at: world.Time.GetUtcNow(), type: EventTypes.Item, order: $"o-{person}", product: product, quantity: units, price: paid / units, received: world.Time.GetUtcNow())]);

    [Theory, MemberData(nameof(Engines))]
    public async Task Margin_return_and_profit_follow_from_orders_costs_of_goods_and_of_messages(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(400);
        await world.Store.Services.GetRequiredService<IProductCatalog>().UpsertAsync([new ProductFact("cup", "Cup", Price: 20, Cost: 8, Currency: "USD"), new ProductFact("mystery", "?", Price: 20)], "test", false, default);
        var campaign = await world.StartAsync(CampaignWorld.Spec(0.4) with { CostPerMessage = 0.5m });
        await world.DrainAsync();
        var people = await world.Service.PeopleAsync(campaign.Id, limit: 1_000);
        var (treated, held) = (people.Where(p => p.Arm == "A").ToList(), people.Where(p => p.Arm == Assignment.Held).ToList());
        world.Time.Advance(TimeSpan.FromHours(1));
        // Two cups at 18 instead of 20 each: 36 less 16.
        foreach (var p in treated.Take(60)) await BuyAsync(world, p.Person, "cup", 2, 36);
        foreach (var p in held.Take(12)) await BuyAsync(world, p.Person, "cup", 2, 36);
        await BuyAsync(world, treated[60].Person, "mystery", 1, 20);
        var effect = await world.LookAsync(campaign.Id);
        Assert.Equal((60 * 20.0, 12 * 20.0), (effect.TreatedArms.Single().Margin!.Value, effect.HeldArm!.Margin!.Value));
        Assert.Equal(144 / 145.0, effect.CostKnown!.Value, 9);
        var perPerson = 60 * 20.0 / treated.Count - 12 * 20.0 / held.Count;
        Assert.Equal(perPerson * treated.Count, effect.Margin!.Total.Value, 6);
        Assert.Equal(effect.Margin.Total.Value / (0.5 * treated.Count) - 1, effect.Roi!.Value.Value, 6);
        Assert.Equal(effect.Revenue!.Total.Low / (0.5 * treated.Count), effect.ReturnOnSpend!.Value.Low, 6);
        Assert.Equal(effect.Margin.Total.Value - 0.5 * treated.Count, effect.Profit!.Value.Value, 6);
        Assert.True(effect.Margin.Band.Contains(perPerson) && effect.Roi.Value.Low < effect.Roi.Value.High);
        // A look of before margins were measured still reads.
        Assert.Null(CampaignEffect.Parse(effect.ToJson().Replace("\"margin\":1200", "\"margin\":null", StringComparison.Ordinal)).Margin);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Events_of_another_tool_count_by_the_name_it_uses_and_ones_own_by_theirs(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(10);
        var campaign = await world.StartAsync(CampaignWorld.Spec(0) with { Reference = "spring" });
        await world.DrainAsync();
        world.Time.Advance(TimeSpan.FromMinutes(1));
        ShopEvent Mark(string id, string name, string person, string by) => Make.Event(id, name, person, at: world.Time.GetUtcNow(), campaign: by);
        await world.Store.Writer.AppendAsync([
            Mark("1", CampaignEvents.Opened, "p0001", "spring"), Mark("2", CampaignEvents.Opened, "p0002", PublicLinks.Reference(campaign.Id)), Mark("3", CampaignEvents.Opened, "p0003", "summer"),
            Mark("4", CampaignEvents.Clicked, "p0001", "spring"), Mark("5", "Unsubscribed", "p0004", "spring")]);
        var effect = await world.LookAsync(campaign.Id);
        Assert.Equal((10, 2, 1, 1), (effect.Touch.Sent, effect.Touch.Opened, effect.Touch.Clicked, effect.Unsubscribed));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_counts_as_success_stays_as_it_was_at_the_start(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(10);
        var campaign = await world.StartAsync(CampaignWorld.Spec(0) with { Schedule = new CampaignSchedule { Kind = CampaignSchedule.Recurring, EveryDays = 7 } });
        Assert.True(await world.Service.PauseAsync(campaign, "ann"));
        campaign = (await world.Service.FindAsync(campaign.Id))!;
        Assert.Equal(["WindowFixed"], (await world.Service.SaveAsync(campaign, "Test", campaign.Read() with { WindowDays = 30 }, "ann")).Problems.Select(p => p.Code));
        Assert.Equal(["WindowFixed"], (await world.Service.SaveAsync(campaign, "Test", campaign.Read() with { Goal = "Signed Up" }, "ann")).Problems.Select(p => p.Code));
        Assert.Equal(["ReferenceFixed"], (await world.Service.SaveAsync(campaign, "Test", campaign.Read() with { Reference = "spring" }, "ann")).Problems.Select(p => p.Code));
        // Another campaign may not be counted by this one's marks; a clone has a name of its own.
        Assert.Equal(["ReferenceTaken"], (await world.Service.CreateAsync("Other", CampaignWorld.Spec(0) with { Reference = PublicLinks.Reference(campaign.Id) }, "ann")).Problems.Select(p => p.Code));
        var outside = (await world.Service.CreateAsync("Outside", CampaignWorld.Spec(0) with { Reference = "spring" }, "ann")).Campaign!;
        Assert.Equal(["ReferenceTaken"], (await world.Service.CreateAsync("Other", CampaignWorld.Spec(0) with { Reference = "spring" }, "ann")).Problems.Select(p => p.Code));
        Assert.Equal("", (await world.Service.CloneAsync(outside, "Copy", "ann")).Read().Reference);
        Assert.Empty((await world.Service.SaveAsync(campaign, "Renamed", campaign.Read() with { Priority = 9 }, "ann")).Problems);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Rules_watch_and_change_a_campaign_and_put_it_back_as_it_was(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(400);
        var spec = CampaignWorld.Spec(0.2);
        spec = spec with { Steps = [new CampaignStep { Versions = [new CampaignVersion("A", 1, "a", "a"), new CampaignVersion("B", 1, "b", "b")] }], Schedule = new CampaignSchedule { Kind = CampaignSchedule.Recurring, EveryDays = 1, AgainAfterDays = 0 } };
        var campaign = await world.StartAsync(spec, "Ours");
        await world.DrainAsync();
        var actions = world.Actions;
        ActionRequest Ask(string id, string action, params (string Key, string Value)[] with) => new(id, "campaign", action, campaign.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), with.ToDictionary(w => w.Key, w => w.Value), "rule:1@1");
        async Task<Campaign> NowAsync() => (await world.Service.FindAsync(campaign.Id))!;
        Assert.Equal(["Ours"], (await actions.ObjectsAsync("our", 5)).Select(o => o.Title));

        // Shown before it is done, done once however often it is asked, and put back.
        var shift = Ask("r1", "shift_share", ("version", "A"), ("share", "0.9"));
        Assert.Null((await actions.PreviewAsync(shift)).Refusal);
        Assert.Equal(1, (await NowAsync()).Read().Steps[0].Versions[0].Share);
        var done = await actions.ApplyAsync(shift);
        await actions.ApplyAsync(shift);
        Assert.Equal((0.9, 0.1), ((await NowAsync()).Read().Steps[0].Versions[0].Share, Math.Round((await NowAsync()).Read().Steps[0].Versions[1].Share, 6)));
        Assert.Single(await world.Service.NotesAsync(campaign.Id), n => n.Kind == "rule");
        // People drawn under the old shares do not count as a broken split.
        world.Time.Advance(TimeSpan.FromDays(1));
        await world.Runner.PassAsync();
        Assert.False((await world.LookAsync(campaign.Id)).Ratio.IsWrong);
        Assert.Equal(CampaignStatus.Live, (await NowAsync()).Status);
        Assert.Null((await actions.UndoAsync(shift, done)).Refusal);
        Assert.Equal(1, (await NowAsync()).Read().Steps[0].Versions[0].Share);

        var pause = Ask("r2", "pause");
        var paused = await actions.ApplyAsync(pause);
        Assert.Equal(CampaignStatus.Paused, (await NowAsync()).Status);
        Assert.Null((await actions.UndoAsync(pause, paused)).Refusal);
        Assert.Equal(CampaignStatus.Live, (await NowAsync()).Status);
        Assert.Equal(50, System.Text.Json.JsonDocument.Parse((await actions.ApplyAsync(Ask("r3", "limit", ("limit", "50")))).After).RootElement.GetProperty("Limit").GetInt32());
        // Somebody changed it since: undoing would take their work away.
        Assert.NotNull((await actions.UndoAsync(pause, paused)).Refusal);
        Assert.NotNull((await actions.PreviewAsync(Ask("r4", "switch_version", ("version", "C")))).Refusal);
        Assert.NotNull((await actions.PreviewAsync(Ask("r5", "limit", ("limit", "many")))).Refusal);
        Assert.NotNull((await actions.PreviewAsync(Ask("r6", "pause") with { ObjectId = "99" })).Refusal);

        var kpis = world.Store.Services.GetServices<IKpiSource>().OfType<CampaignKpis>().Single();
        var id = campaign.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var sent = (await kpis.ReadAsync(new KpiName("campaign", "sent", id), world.Time.GetUtcNow()))!;
        Assert.Equal((double)(await world.Service.CountsAsync(campaign.Id)).Sent, sent.Value);
        Assert.Equal(0, (await kpis.ReadAsync(new KpiName("campaign", "conversions", id), world.Time.GetUtcNow()))!.Value);
        Assert.Null(await kpis.ReadAsync(new KpiName("campaign", "sent", "99"), world.Time.GetUtcNow()));
        var history = await kpis.HistoryAsync(new KpiName("campaign", "sent", id), new TimeRange(Make.Noon.AddDays(-1), Make.Noon.AddDays(2)), TimeSpan.FromHours(6));
        Assert.True(history.Count > 1 && history.Zip(history.Skip(1), (a, b) => a.Value <= b.Value).All(x => x));
    }
}
