using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Recommendations;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Assignment = BehaviorDashboard.Campaigns.Assignment;

namespace BehaviorDashboard.Tests.Campaigns;

/// <summary>A campaign promises what is there, tells the forecast, and follows the stock while it runs.</summary>
public sealed class PromiseTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static ForecastService Forecasts(CampaignWorld world) => world.Store.Services.GetRequiredService<ForecastService>();

    private static CampaignSpec Promoting(params string[] products) => CampaignWorld.Spec(0) with { Products = products };

    private static async Task<PromiseResult> PromiseAsync(CampaignWorld world, CampaignSpec spec, int? id = null) => await world.Service.PromiseAsync(id, spec, await world.Service.EstimateAsync(id, spec));

    private static Task ShelfAsync(CampaignWorld world, params (string Id, long Stock, decimal Price)[] products) => world.Store.Services.GetRequiredService<IProductCatalog>()
        .UpsertAsync([.. products.Select(p => new ProductFact(p.Id, p.Id.ToUpperInvariant(), "cups", Price: p.Price, Cost: 2, Currency: "USD", Stock: p.Stock, Url: "https://shop.example/" + p.Id))], "test", false, default);

    /// <summary>400 people, a fifth of whom bought last week; each product sells about ten a week.</summary>
    private static async Task<CampaignWorld> ShopAsync(Engine engine, params (string Id, long Stock, decimal Price)[] products)
    {
        var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(400);
        await ShelfAsync(world, products);
        for (var i = 1; i <= 80; i++) await world.OrderAsync($"p{i:0000}", 20, $"o{i}", Make.Noon.AddDays(-3));
        await world.Store.Writer.AppendAsync([.. from p in products from week in Enumerable.Range(1, 26) from unit in Enumerable.Range(0, 8 + week % 5)
            select Make.Event($"{p.Id}-{week}-{unit}", EventNames.OrderCompleted, "walk-in", type: EventTypes.Item, product: p.Id, quantity: 1, price: p.Price, at: Make.Noon.AddDays(-7 * week).AddHours(12 * unit))]);
        var training = world.Store.Services.GetRequiredService<TrainingService>();
        await training.QueueAsync("demand");
        await training.RunOpenAsync();
        return world;
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_lies_too_long_is_offered_to_as_few_and_as_cheaply_as_it_takes_and_never_below_cost(Engine engine)
    {
        await using var world = await ShopAsync(engine, ("much", 1_000, 10), ("thin", 1_000, 2.1m));
        var stock = world.Store.Services.GetRequiredService<StockService>();
        var excess = (await stock.FindAsync("much"))!.ExcessUnits;
        var all = (await world.Service.OfferAsync("much", Promoting()))!;
        Assert.Equal(((int)excess, 0.3, null, false), (all.Units, Math.Round(all.Discount, 2), all.People, all.Suffices));
        Assert.Equal(0, (await world.Service.OfferAsync("thin", Promoting()))!.Discount);

        // Ten too many: half of the 400 people are expected to take them, and none needs a discount.
        await world.Store.Services.GetRequiredService<SupplyCatalog>().SaveAsync([new TermsChange("much", Stock: (long)(1_000 - excess + 10))]);
        var few = (await world.Service.OfferAsync("much", Promoting()))!;
        Assert.Equal((10, 0d, true), (few.Units, few.Discount, few.Suffices));
        Assert.InRange(few.People!.Value, 180, 220);
        await world.Store.Services.GetRequiredService<SupplyCatalog>().SaveAsync([new TermsChange("much", Stock: 5)]);
        Assert.Null(await world.Service.OfferAsync("much", Promoting()));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_is_scarce_is_promised_to_fewer_and_what_is_gone_to_nobody_unless_a_reason_is_given(Engine engine)
    {
        await using var world = await ShopAsync(engine, ("plenty", 1_000, 10), ("few", 26, 12), ("gone", 0, 10), ("mug", 300, 13), ("jar", 300, 90));
        var green = await PromiseAsync(world, Promoting("plenty"));
        Assert.Equal((PromiseResult.Green, "assumed", null), (green.Verdict, green.Basis, green.MostPeople));
        Assert.InRange(green.Products[0].Expected, 19.5, 20.5);
        Assert.InRange(green.Products[0].Outlook.Mean, 7, 13);

        var limit = await PromiseAsync(world, Promoting("few"));
        Assert.Equal((PromiseResult.Limit, "mug"), (limit.Verdict, limit.Products[0].Substitute));
        Assert.InRange(limit.MostPeople!.Value, 20, 390);
        Assert.NotNull(limit.Products[0].Outlook.LastSafeOrder);
        var fewer = Promoting("few");
        Assert.Equal(PromiseResult.Green, (await PromiseAsync(world, fewer with { Audience = fewer.Audience with { Limit = (int)limit.MostPeople.Value / 2 } })).Verdict);
        var proposal = await world.Service.OrderMissingAsync(null, limit.Products[0]);
        Assert.Equal("few", (await world.Store.Services.GetRequiredService<ProposalService>().LinesAsync(proposal!.Value)).Single().ProductId);
        Assert.Equal(proposal, await world.Service.OrderMissingAsync(null, limit.Products[0]));

        var draft = (await world.Service.CreateAsync("Gone", Promoting("gone"), "ann")).Campaign!;
        Assert.Equal(["PromiseBlock"], (await world.Service.StartAsync(draft, "ann")).Problems.Select(p => p.Code));
        Assert.Equal(CampaignStatus.Draft, (await world.Service.FindAsync(draft.Id))!.Status);
        var saved = await world.Service.SaveAsync(draft, "Gone", Promoting("gone") with { PromiseOverride = "The supplier ships it straight" }, "ann");
        Assert.Empty((await world.Service.StartAsync(saved.Campaign!, "ann")).Problems);
        Assert.Equal(CampaignStatus.Live, (await world.Service.FindAsync(draft.Id))!.Status);
        Assert.Contains(await world.Service.NotesAsync(draft.Id), n => n is { Kind: "overridden", Who: "ann", Body: "The supplier ships it straight" });
        Assert.Contains(world.Audit.Entries, e => e.Action == "campaign.promise_overridden" && e.Detail!.Contains("straight", StringComparison.Ordinal));

        // What is scarce gets a budget by itself.
        var scarce = await world.StartAsync(Promoting("few"));
        Assert.InRange(scarce.Read().UnitBudget!.Value, 1, 25);
        Assert.Equal(("assumed", 0), ((await PromiseAsync(world, CampaignWorld.Spec(0))).Basis, (await PromiseAsync(world, CampaignWorld.Spec(0))).Products.Count));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_planned_campaign_is_a_layer_of_the_forecast_until_it_is_cancelled_and_its_measured_effect_is_used_next(Engine engine)
    {
        await using var world = await ShopAsync(engine, ("plenty", 5_000, 10));
        var later = Promoting("plenty") with { Schedule = new CampaignSchedule { StartsAt = Make.Noon.AddDays(2) } };
        var planned = await world.StartAsync(later);
        var layer = Assert.Single(await Forecasts(world).LayersAsync(["plenty"]));
        Assert.Equal((ForecastLayer.Campaign, $"campaign:{planned.Id}", "Test", Make.Noon.AddDays(2), Make.Noon.AddDays(9)), (layer.Kind, layer.Reference, layer.Label, layer.From, layer.To));
        Assert.InRange(layer.Units, 19.5, 20.5);
        // What the forecast holds already is not counted once more.
        Assert.InRange((await PromiseAsync(world, later, planned.Id)).Products[0].Outlook.Mean, 7, 13);
        Assert.InRange((await PromiseAsync(world, later)).Products[0].Outlook.Mean, 17, 35);
        Assert.True(await world.Service.EndAsync(planned, "ann"));
        Assert.Empty(await Forecasts(world).LayersAsync(["plenty"]));

        var ran = await world.StartAsync(Promoting("plenty") with { Holdout = 0.4 });
        await world.DrainAsync();
        await world.Runner.PassAsync();
        Assert.Equal(CampaignStatus.Ended, (await world.Service.FindAsync(ran.Id))!.Status);
        Assert.Single(await Forecasts(world).LayersAsync(["plenty"]));
        world.Time.Advance(TimeSpan.FromDays(1));
        var people = (await world.Service.PeopleAsync(ran.Id, limit: 1_000)).OrderBy(p => p.Person, StringComparer.Ordinal).ToList();
        foreach (var p in people.Where(p => p.Arm != Assignment.Held).Where((_, i) => i % 2 == 0).Concat(people.Where(p => p.Arm == Assignment.Held).Where((_, i) => i % 4 == 0))) await world.OrderAsync(p.Person, 20);
        world.Time.Advance(TimeSpan.FromDays(9));
        await world.Runner.PassAsync();
        var next = await PromiseAsync(world, Promoting("plenty"));
        Assert.Equal("measured", next.Basis);
        Assert.InRange(next.Lift, 0.15, 0.35);
        Assert.Empty(await Forecasts(world).LayersAsync(["plenty"]));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task At_four_fifths_of_its_units_a_campaign_waits_and_then_offers_the_nearest_substitute_or_pauses(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(60);
        await ShelfAsync(world, ("cup", 50, 10), ("mug", 2, 11), ("jar", 90, 30), ("empty", 0, 10));
        var campaign = await world.StartAsync(Promoting("cup") with { UnitBudget = 10, Schedule = new CampaignSchedule { Kind = CampaignSchedule.Recurring, EveryDays = 30 } });
        Assert.Equal(20, await world.Delivery.SendDueAsync());
        await BuyAsync("stranger", "cup", 3);
        await BuyAsync("p0001", "cup", 7);
        Assert.Equal((7d, false), (world.Service.BudgetOf(campaign.Id)!.Sold, world.Service.BudgetOf(campaign.Id)!.Waits));
        await BuyAsync("p0002", "cup", 1);
        Assert.True(world.Service.BudgetOf(campaign.Id)!.Waits);
        Assert.Equal(0, await world.Delivery.SendDueAsync());
        Assert.Equal(["cup"], (await world.Service.FindAsync(campaign.Id))!.Read().Products);

        await BuyAsync("p0003", "cup", 3);
        var swapped = (await world.Service.FindAsync(campaign.Id))!.Read();
        Assert.Equal(("mug", 2), (swapped.Products.Single(), swapped.UnitBudget));
        Assert.Contains(await world.Service.NotesAsync(campaign.Id), n => n is { Kind: "swapped", Body: "cup → mug" });
        Assert.Equal(20, await world.Delivery.SendDueAsync());

        // The dear jar is no substitute for a mug, and nothing else is left.
        await ShelfAsync(world, ("cup", 0, 10));
        await BuyAsync("p0004", "mug", 2);
        var paused = (await world.Service.FindAsync(campaign.Id))!;
        Assert.Equal((CampaignStatus.Paused, "stock"), (paused.Status, paused.Stopped));

        async Task BuyAsync(string who, string product, int units)
        {
            world.Time.Advance(TimeSpan.FromMinutes(10));
            var at = world.Time.GetUtcNow();
            await world.Store.Writer.AppendAsync([
                Make.Event($"o-{who}", EventNames.OrderCompleted, who, at: at, revenue: 10 * units, order: $"o-{who}", currency: "USD"),
                Make.Event($"o-{who}-1", EventNames.OrderCompleted, who, at: at, type: EventTypes.Item, order: $"o-{who}", product: product, quantity: units, price: 10)]);
            world.Time.Advance(TimeSpan.FromSeconds(5));
            await world.Runner.PassAsync();
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_file_and_the_shops_page_get_no_more_messages_than_the_units_are_enough_for(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(400);
        await ShelfAsync(world, ("cup", 50, 10));
        var files = world.Store.Services.GetRequiredService<HandOver>();
        var monthly = new CampaignSchedule { Kind = CampaignSchedule.Recurring, EveryDays = 30 };
        var file = await world.StartAsync(Promoting("cup") with { Channel = Channels.Csv, UnitBudget = 1, Schedule = monthly });
        var page = await world.StartAsync(Promoting("cup") with { Channel = Channels.Onsite, UnitBudget = 1, Schedule = monthly });
        var room = (int)Math.Ceiling(0.8 / world.Service.BudgetOf(file.Id)!.PerMessage);
        Assert.InRange(room, 1, 300);
        Assert.Equal(room, (await files.TakeAsync(file, default)).Count);
        Assert.Empty(await files.TakeAsync(file, default));
        Assert.Single(await files.ShowAsync("p0001", default));

        // What was bought meanwhile leaves nothing to promise, on the page too.
        world.Time.Advance(TimeSpan.FromMinutes(10));
        await world.Store.Writer.AppendAsync([Make.Event("o", EventNames.OrderCompleted, "p0001", at: world.Time.GetUtcNow(), type: EventTypes.Item, order: "o", product: "cup", quantity: 1, price: 10)]);
        world.Time.Advance(TimeSpan.FromSeconds(5));
        await world.Runner.PassAsync();
        Assert.Empty(await files.ShowAsync("p0002", default));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Back_in_stock_is_told_to_those_who_found_it_sold_out_and_have_not_bought_it(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(5);
        await ShelfAsync(world, ("cup", 0, 10), ("mug", 5, 10));
        ShopEvent Saw(string who, string there) => Make.Event($"v-{who}", EventNames.ProductViewed, who, at: Make.Noon.AddDays(-3), product: "cup", properties: $$"""{"in_stock":{{there}}}""");
        await world.Store.Writer.AppendAsync([Saw("p0001", "false"), Saw("p0002", "false"), Saw("p0003", "true"), Make.Event("w", "Product Added to Wishlist", "p0004", at: Make.Noon.AddDays(-2), product: "cup"),
            Make.Event("b", EventNames.OrderCompleted, "p0002", at: Make.Noon.AddDays(-1), type: EventTypes.Item, order: "b", product: "cup", quantity: 1, price: 10)]);
        var spec = Promoting("cup") with { Schedule = new CampaignSchedule { Kind = CampaignSchedule.Stock } };
        Assert.Equal(["NoProduct"], CampaignCheck.Starting("x", spec with { Products = [] }, Make.Noon).Select(p => p.Code));
        Assert.Equal(2, (await world.Service.EstimateAsync(null, spec)).Eligible);
        var campaign = await world.StartAsync(spec);
        await world.DrainAsync();
        Assert.Empty(await world.MailsAsync());
        await ShelfAsync(world, ("cup", 40, 10));
        world.Time.Advance(TimeSpan.FromMinutes(2));
        await world.Runner.PassAsync();
        await world.Runner.PassAsync();
        await world.DrainAsync();
        world.Time.Advance(TimeSpan.FromMinutes(2));
        await world.Runner.PassAsync();
        await world.DrainAsync();
        Assert.Equal(["p0001@shop.example", "p0004@shop.example"], (await world.MailsAsync()).Select(m => m.Recipient).Order());
        Assert.Equal((CampaignStatus.Live, 40), ((await world.Service.FindAsync(campaign.Id))!.Status, (await world.Service.FindAsync(campaign.Id))!.Read().UnitBudget));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_message_recommends_to_whom_it_may_and_nothing_to_who_wants_none(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(2);
        await ShelfAsync(world, ("cup", 50, 10), ("mug", 50, 11));
        await world.Store.Writer.AppendAsync([.. from p in new[] { "p0001", "p0002", "x1", "x2" } from product in p[0] == 'p' ? new[] { "cup" } : ["cup", "mug"] select Make.Event($"v-{p}-{product}", EventNames.ProductViewed, p, at: Make.Noon.AddDays(-2), product: product)]);
        await world.Store.Services.GetRequiredService<InterestKeeper>().LoadAsync(default);
        await world.Store.Services.GetRequiredService<ShelfKeeper>().RefreshAsync();
        await using (var scope = world.Store.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<ConsentService>().SetAsync("p0002", Purposes.Personalisation, false, "test");
        await world.StartAsync(CampaignWorld.Spec(0) with { Steps = [new CampaignStep { Versions = [new CampaignVersion("A", 1, "Hi", "<p>For you: {% for r in recommendations %}[{{ r.title }} {{ r.price }} {{ r.url }}]{% endfor %}.</p>")] }] });
        await world.DrainAsync();
        var mails = (await world.MailsAsync()).ToDictionary(m => m.Recipient, m => m.Body);
        Assert.Contains(" https://shop.example/mug]", mails["p0001@shop.example"], StringComparison.Ordinal);
        Assert.Contains("For you: .", mails["p0002@shop.example"], StringComparison.Ordinal);
    }
}
