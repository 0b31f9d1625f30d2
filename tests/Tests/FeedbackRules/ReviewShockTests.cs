using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.FeedbackRules;
using BehaviorDashboard.FeedbackRules.Pages;
using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Learning;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Recommendations;
using BehaviorDashboard.Reviews;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;
using BehaviorDashboard.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.FeedbackRules;

/// <summary>A surge of bad reviews holds a product back everywhere at once, and one undo brings it back everywhere.</summary>
public sealed class ReviewShockTests
{
    private static readonly FakeTimeProvider Time = new(Make.Noon);

    [Fact]
    public async Task An_incident_holds_the_product_everywhere_after_one_approval_and_one_undo_brings_it_back()
    {
        await using var store = await TestStore.OpenAsync(Engine.DuckDb, [new LiveMetricsModule(), new WebhooksModule(), new ProfilesModule(), new LearningModule(), new ReviewsModule(), new SegmentsModule(), new CatalogModule(), new RecommendationsModule(), new CampaignsModule(), new FeedbackRulesModule(), new ForecastingModule(), new InventoryModule()], Time,
            s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(Time, TimeZoneInfo.Utc)), new Dictionary<string, string?> { ["Demo:Enabled"] = "true" });
        await using var scope = store.Services.CreateAsyncScope();
        T Get<T>() where T : notnull => scope.ServiceProvider.GetRequiredService<T>();
        await Get<IProductCatalog>().UpsertAsync([new ProductFact("cup", "Blue cup", "Kitchen", Price: 10, Cost: 4, Stock: 5), new ProductFact("mug", "Red mug", "Kitchen", Price: 10, Cost: 4, Stock: 5)], "test", false, default);
        await Get<ShelfKeeper>().RefreshAsync();
        async Task<Campaign> StartAsync(string product)
        {
            var made = await Get<CampaignService>().CreateAsync(product, new CampaignSpec { Products = [product], Steps = [new CampaignStep { Versions = [new CampaignVersion("A", 1, "Hi", "<p>Look</p>")] }] }, "ann");
            Assert.Empty((await Get<CampaignService>().StartAsync(made.Campaign!, "ann")).Problems);
            return (await Get<CampaignService>().FindAsync(made.Campaign!.Id))!;
        }
        var (promoting, other) = (await StartAsync("cup"), await StartAsync("mug"));
        async Task<string> StatusAsync(Campaign campaign) => (await Get<CampaignService>().FindAsync(campaign.Id))!.Status;
        var running = await StatusAsync(promoting);
        Assert.Contains(running, new[] { CampaignStatus.Live, CampaignStatus.Scheduled });

        var template = RuleTemplates.For(Get<KpiCatalog>(), Get<IStringLocalizer<RulesText>>()).Single(t => t.Key == "reviews");
        var saved = await Get<FeedbackRuleService>().CreateAsync("Bad reviews", template.Definition);
        Assert.Empty(saved.Problems);
        foreach (var next in new[] { FeedbackRule.Shadow, FeedbackRule.Live }) Assert.Null(await Get<FeedbackRuleService>().SetStatusAsync((await Get<FeedbackRuleService>().FindAsync(saved.Rule!.Id))!, next));
        async Task LookAsync()
        {
            Time.Advance(TimeSpan.FromMinutes(6));
            await Get<RuleEngine>().LookAsync(Time.GetUtcNow());
        }
        await LookAsync();
        Assert.Empty(await Get<LedgerService>().WaitingAsync());

        await Get<IncidentService>().OpenAsync("cup", null, "Handles break", "user:1");
        await LookAsync();
        await LookAsync();
        var waiting = Assert.Single(await Get<LedgerService>().WaitingAsync());
        Assert.Equal("cup", waiting.ObjectId);
        await Get<ActionRunner>().RunOpenAsync(wait: true);
        Assert.Empty(await Get<PolicyBook>().OverridesAsync());
        Assert.True(await Get<LedgerService>().ApproveAsync(waiting, "ada"));
        await Get<ActionRunner>().RunOpenAsync(wait: true);

        Assert.All(await Get<LedgerService>().OfFiringAsync(waiting.Id), a => Assert.Equal((LedgerAction.Done, (string?)null), (a.Status, a.Refusal)));
        var demoted = Assert.Single(await Get<PolicyBook>().OverridesAsync());
        Assert.Equal(("demote", "cup", 0.2), (demoted.Kind, demoted.ProductId, demoted.Factor));
        Assert.Equal((CampaignStatus.Paused, running), (await StatusAsync(promoting), await StatusAsync(other)));
        Assert.True((await Get<StockService>().FindAsync("cup"))!.OnHold);
        Assert.Single(await Get<LedgerService>().NoticesAsync());

        var undone = await Get<LedgerService>().UndoFiringAsync(waiting.Id, "ada");
        Assert.Equal(4, undone.Count);
        Assert.All(undone, u => Assert.Null(u.Outcome.Refusal));
        Assert.Empty(await Get<PolicyBook>().OverridesAsync());
        Assert.Equal(running, await StatusAsync(promoting));
        Assert.False((await Get<StockService>().FindAsync("cup"))!.OnHold);
        Assert.Empty(await Get<LedgerService>().NoticesAsync());
        Assert.Equal("undone", (await Get<LedgerService>().FiringAsync(waiting.Id))!.Status);
    }
}
