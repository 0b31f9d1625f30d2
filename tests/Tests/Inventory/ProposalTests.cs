using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.LostDemand;
using BehaviorDashboard.Testing;
using BehaviorDashboard.Tests.Forecasting;
using Xunit;

namespace BehaviorDashboard.Tests.Inventory;

/// <summary>From forecast to shelf, on both engines: outlook, proposal, approval, arrival, and what rules may do.</summary>
public class ProposalTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static async Task<DemandWorld> OpenAsync(Engine engine)
    {
        var world = await DemandWorld.OpenAsync(engine);
        await world.StockAsync((new ProductFact("low", "Low", "Mugs", Price: 10m, Cost: 4m, Stock: 12, Supplier: "Anvil"), 14, 6, 12), (new ProductFact("much", "Much", "Mugs", Price: 10m, Cost: 4m, Stock: 2_000, Supplier: "Anvil"), 14, 6, 12));
        await world.SellAsync("low", 40, 14, 1);
        await world.SellAsync("much", 40, 14, 2);
        await world.ForecastAsync();
        return world;
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_runs_short_is_proposed_explained_ordered_and_received_in_parts(Engine engine)
    {
        await using var world = await OpenAsync(engine);
        var (stock, proposals) = (world.Get<StockService>(), world.Get<ProposalService>());
        var low = (await stock.FindAsync("low"))!;
        Assert.True(low is { OnHand: 12, IsLate: true, Plan: { Chance: > 0.9, Quantity: > 0 } });
        Assert.True((await stock.FindAsync("much"))! is { Plan.Quantity: 0, ExcessUnits: > 1_000 });

        Assert.Equal(1, await proposals.ProposeAsync());
        Assert.Equal(1, await proposals.ProposeAsync());
        var draft = Assert.Single(await proposals.ListAsync());
        Assert.Equal(("Anvil", "draft"), (draft.Supplier, draft.Status));
        var line = Assert.Single(await proposals.LinesAsync(draft.Id));
        Assert.Equal(("low", 0, 12d), (line.ProductId, line.Quantity % 6, line.Why.OnHand));
        Assert.True(line.Why.Point > 20 && line.Why.LostMoney > 0 && line.Why.Value > 0);

        Assert.Null(await proposals.SetQuantityAsync(draft.Id, "low", 60));
        Assert.Equal("quantity_range", await proposals.SetQuantityAsync(draft.Id, "low", -1));
        // What somebody changed stays, and the product is not proposed twice.
        Assert.Equal(0, await proposals.ProposeAsync());
        Assert.Null(await proposals.ApproveAsync(draft.Id, "user:1"));
        Assert.Equal("not_draft", await proposals.ApproveAsync(draft.Id, "user:1"));
        var coming = Assert.Single(await proposals.InboundAsync(draft.Id));
        Assert.Equal((60, Make.Noon.AddDays(14)), (coming.Quantity, coming.ExpectedAt));
        Assert.Equal(0, await proposals.ProposeAsync());

        Assert.Equal(25, await proposals.ReceiveAsync(draft.Id, coming.Id, 25));
        Assert.Equal("approved", (await proposals.FindAsync(draft.Id))!.Status);
        Assert.Equal(35, await proposals.ReceiveAsync(draft.Id, coming.Id, 500));
        Assert.Equal(0, await proposals.ReceiveAsync(draft.Id, coming.Id, 5));
        Assert.Equal("received", (await proposals.FindAsync(draft.Id))!.Status);
        Assert.Equal(72, (await stock.FindAsync("low"))!.OnHand);
        Assert.Equal([12, 37, 72], (await world.Get<SupplyCatalog>().HistoryAsync("low", Make.Noon.AddDays(-1))).Select(c => c.OnHand).Order());
        Assert.Contains("low,Low,60", ProposalFile.Csv(await proposals.LinesAsync(draft.Id)), StringComparison.Ordinal);
        Assert.NotEmpty(ProposalFile.Excel(await proposals.LinesAsync(draft.Id)));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Variants_stand_side_by_side_and_can_be_taken_out_and_one_looked_at_alone_has_the_class_it_has_among_all(Engine engine)
    {
        await using var world = await OpenAsync(engine);
        var (stock, catalog) = (world.Get<StockService>(), world.Get<SupplyCatalog>());
        Assert.Equal(["low"], (await stock.FamilyAsync("low")).Select(s => s.Id));
        Assert.Empty(await catalog.SaveAsync([new TermsChange("much", ParentId: "low", Variant: "L")]));
        Assert.Equal(["low", "much"], (await stock.FamilyAsync("low")).Select(s => s.Id));
        Assert.Equal(["low", "much"], (await stock.FamilyAsync("much")).Select(s => s.Id));
        Assert.Equal("own_parent", Assert.Single(await catalog.SaveAsync([new TermsChange("low", ParentId: "low")])).Reason);
        // A feed's variants have a handle in common that is no product.
        await world.Get<IProductCatalog>().UpsertAsync([new ProductFact("s1", "Shirt S", ParentId: "shirt", Variant: "S"), new ProductFact("s2", "Shirt M", ParentId: "shirt", Variant: "M")], "feed", dryRun: false, default);
        Assert.Equal(["s2", "s1"], (await stock.FamilyAsync("s1")).Select(s => s.Id));
        Assert.Empty(await catalog.SaveAsync([new TermsChange("much", ParentId: "", Variant: "")]));
        Assert.Equal(["much"], (await stock.FamilyAsync("much")).Select(s => s.Id));
        Assert.Equal((await stock.AllAsync()).ToDictionary(s => s.Id, s => s.Class)["much"], (await stock.FindAsync("much"))!.Class);
        var who = (await stock.Pasts.ReadAsync("much")).Buyers;
        Assert.Equal(new Buyers(1, 0, 1, who.UnitsEach), who);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_promise_counts_stock_arrivals_sales_since_the_count_and_the_extra_units(Engine engine)
    {
        await using var world = await OpenAsync(engine);
        var stock = world.Get<StockService>();
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.Store.Writer.AppendAsync([Make.Event("after", "Order Completed", type: EventTypes.Item, product: "much", quantity: 100, price: 10m, at: Make.Noon.AddMinutes(30))]);
        var (from, to) = (Make.Noon.AddDays(7), Make.Noon.AddDays(21));
        var plain = (await stock.OutlookAsync(["much", "low", "unknown"], from, to)).ToDictionary(o => o.ProductId);
        Assert.Equal(2, plain.Count);
        Assert.Equal((1_900d, 0d), (plain["much"].OnHand, Math.Round(plain["much"].ChanceSoldOut, 3)));
        Assert.True(plain["low"].ChanceSoldOut > 0.95 && plain["low"].FreeUnits == 0 && plain["low"].LastSafeOrder is not null);
        var extra = Assert.Single(await stock.OutlookAsync(["much"], from, to, new Dictionary<string, double> { ["much"] = plain["much"].FreeUnits + 300 }));
        Assert.True(extra is { ChanceSoldOut: > 0.5, ExpectedShort: > 50 });
        await world.Get<SupplyCatalog>().AddInboundAsync([new InboundDraft("much", 1_600, Make.Noon.AddDays(10), null, "po:1"), new InboundDraft("much", 1_600, Make.Noon.AddDays(10), null, "po:1")]);
        var arriving = Assert.Single(await stock.OutlookAsync(["much"], from, to, new Dictionary<string, double> { ["much"] = plain["much"].FreeUnits + 300 }));
        Assert.True(arriving.Arrivals == 1_600 && arriving.ChanceSoldOut < 0.1);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Rules_act_once_for_a_request_and_can_be_undone_unless_somebody_changed_it(Engine engine)
    {
        await using var world = await OpenAsync(engine);
        var (stock, target) = (world.Get<StockService>(), world.Get<IActionTarget>());
        ActionRequest Ask(string id, string action, string key, string value) => new(id, "supply", action, "much", new Dictionary<string, string> { [key] = value }, "rule:1@1");

        var serve = Ask("r1", "set_service_level", "target", "0.99");
        Assert.Null((await target.PreviewAsync(serve)).Refusal);
        Assert.NotEqual(0.99, (await stock.FindAsync("much"))!.Target);
        var done = await target.ApplyAsync(serve);
        Assert.Equal(done, await target.ApplyAsync(serve));
        Assert.Equal(0.99, (await stock.FindAsync("much"))!.Target);
        Assert.NotNull((await target.ApplyAsync(Ask("r2", "set_service_level", "target", "1.5"))).Refusal);
        await stock.SetTargetAsync("much", 0.9);
        Assert.NotNull((await target.UndoAsync(serve, done)).Refusal);
        await stock.SetTargetAsync("much", 0.99);
        Assert.Null((await target.UndoAsync(serve, done)).Refusal);
        Assert.NotEqual(0.99, (await stock.FindAsync("much"))!.Target);

        var hold = Ask("r3", "hold_reorder", "days", "10") with { ObjectId = "low" };
        var held = await target.ApplyAsync(hold);
        Assert.True((await stock.FindAsync("low"))!.OnHold);
        Assert.Equal(0, await world.Get<ProposalService>().ProposeAsync());
        Assert.Null((await target.UndoAsync(hold, held)).Refusal);
        Assert.Equal(1, await world.Get<ProposalService>().ProposeAsync());

        var buy = Ask("r4", "propose_purchase", "units", "13");
        var bought = await target.ApplyAsync(buy);
        Assert.Equal(bought, await target.ApplyAsync(buy));
        Assert.Equal([18L], (await world.Get<ProposalService>().LinesAsync((await world.Get<ProposalService>().ListAsync()).Single(p => p.Cause == "action:r4").Id)).Select(l => l.Quantity));
        Assert.Null((await target.UndoAsync(buy, bought)).Refusal);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_suggested_price_changes_nothing_until_somebody_accepts_it_and_never_goes_below_cost(Engine engine)
    {
        await using var world = await OpenAsync(engine);
        var (prices, target) = (world.Get<PriceService>(), world.Get<IActionTarget>());
        ActionRequest Ask(string id, string change) => new(id, "supply", "suggest_price", "much", new Dictionary<string, string> { ["change"] = change }, "rule:4@2");
        async Task<decimal?> PriceAsync() => (await world.Get<SupplyCatalog>().FindAsync(["much"]))[0].Price;

        var tenth = await target.ApplyAsync(Ask("p1", "-0.1"));
        Assert.Equal(tenth, await target.ApplyAsync(Ask("p1", "-0.1")));
        Assert.Equal((9.00m, "4"), ((await prices.FindAsync("much"))!.Price, (await prices.FindAsync("much"))!.Rule));
        Assert.Equal(10m, await PriceAsync());
        foreach (var wrong in new[] { "-0.7", "0", "5", "x" }) Assert.NotNull((await target.PreviewAsync(Ask("p2", wrong))).Refusal);

        // A second rule's suggestion takes its place; undoing it brings the first back, undoing the first is refused meanwhile.
        var fifth = await target.ApplyAsync(Ask("p3", "-0.2"));
        Assert.NotNull((await target.UndoAsync(Ask("p1", "-0.1"), tenth)).Refusal);
        Assert.Null((await target.UndoAsync(Ask("p3", "-0.2"), fifth)).Refusal);
        Assert.Equal(9.00m, (await prices.FindAsync("much"))!.Price);

        var seen = Assert.Single(await prices.ListAsync());
        Assert.Equal(5.00m, seen.Margin);
        Assert.True(await prices.AcceptAsync(seen));
        Assert.False(await prices.AcceptAsync(seen));
        Assert.Equal(9.00m, await PriceAsync());
        Assert.NotNull((await target.UndoAsync(Ask("p1", "-0.1"), tenth)).Refusal);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task How_products_stood_is_kept_after_each_forecast_and_told_for_instants_of_the_past(Engine engine)
    {
        await using var world = await OpenAsync(engine);
        await world.Get<StockKeeper>().FollowAsync(TestContext.Current.CancellationToken);
        var kpis = world.Get<IKpiSource>();
        Assert.Null(await kpis.ReadAsync(new KpiName("stock", "stockout_probability", "low"), Make.Noon.AddDays(-1)));
        var chance = await kpis.ReadAsync(new KpiName("stock", "stockout_probability", "low"), Make.Noon.AddHours(1));
        Assert.True(chance!.Value > 0.9);
        Assert.True((await kpis.ReadAsync(new KpiName("stock", "shop_lost_sales"), Make.Noon.AddHours(1)))!.Value > 0);
        Assert.Null(await kpis.ReadAsync(new KpiName("stock", "nothing", "low"), Make.Noon.AddHours(1)));
        Assert.Equal(["low", "much"], (await kpis.ObjectsAsync("", 10)).Select(o => o.Id));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_shelf_that_is_suddenly_empty_is_kept_before_the_next_forecast(Engine engine)
    {
        await using var world = await OpenAsync(engine);
        var (keeper, kpis, now) = (world.Get<StockKeeper>(), world.Get<IKpiSource>(), world.Time.GetUtcNow());
        var chance = new KpiName("stock", "stockout_probability", "much");
        await keeper.FollowAsync(TestContext.Current.CancellationToken);
        Assert.True((await kpis.ReadAsync(chance, now))!.Value < 0.01);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await keeper.KeepChangedAsync(TestContext.Current.CancellationToken);
        Assert.Equal(now, (await kpis.ReadAsync(chance, world.Time.GetUtcNow()))!.AsOf);

        await world.Get<SupplyCatalog>().SaveAsync([new TermsChange("much", Stock: 0)]);
        await keeper.KeepChangedAsync(TestContext.Current.CancellationToken);
        var empty = (await kpis.ReadAsync(chance, world.Time.GetUtcNow()))!;
        Assert.Equal(world.Time.GetUtcNow(), empty.AsOf);
        Assert.True(empty.Value > 0.99);
        // What was true before stays as it was read then.
        Assert.True((await kpis.ReadAsync(chance, now))!.Value < 0.01);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_people_wanted_and_could_not_have_is_units_and_money(Engine engine)
    {
        await using var world = await OpenAsync(engine);
        await world.Store.Writer.AppendAsync([.. Enumerable.Range(0, 40).Select(i => Make.Event($"lost{i}", "Product Viewed", $"v{i % 25}", product: "low", at: Make.Noon.AddDays(-2).AddMinutes(i), properties: """{"in_stock":false}""")),
            .. Enumerable.Range(0, 30).Select(i => Make.Event($"search{i}", "Products Searched", $"s{i % 12}", query: i % 2 == 0 ? "Teapot" : "teapot ", at: Make.Noon.AddDays(-1).AddMinutes(i), properties: """{"results":0}"""))]);
        var lost = await world.Get<LostDemandService>().ReadAsync(new Ids.TimeRange(Make.Noon.AddDays(-7), Make.Noon));
        var product = Assert.Single(lost.Products);
        Assert.Equal(("low", 25L, 40L), (product.ProductId, product.People, product.Views));
        Assert.True(product.Units > 0 && product.Low <= product.Units && product.Units <= product.High && product.Money > 0);
        var need = Assert.Single(lost.Needs);
        Assert.Equal(("teapot", 30L, 12L), (need.Query, need.Searches, need.People));
        await world.Get<SupplyCatalog>().AddInboundAsync([new InboundDraft("low", 48, Make.Noon.AddDays(3), null, "po:2")]);
        var back = Assert.Single(await world.Get<LostDemandService>().Returning.ReadAsync(LostDemandService.WaitingDays));
        Assert.Equal(("low", 48d), (back.ProductId, back.Arriving));
    }
}
