using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Learning;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Recommendations;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;
using BehaviorDashboard.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Campaigns;

/// <summary>A shop with people who agreed to be written to, whose mails stay in the local outbox.</summary>
internal sealed class CampaignWorld : IAsyncDisposable
{
    private readonly AsyncServiceScope _scope;

    private CampaignWorld(TestStore store, FakeTimeProvider time, KeptAudit audit) => (Store, Time, Audit, _scope) = (store, time, audit, store.Services.CreateAsyncScope());

    public KeptAudit Audit { get; }

    public TestStore Store { get; }

    public FakeTimeProvider Time { get; }

    public CampaignService Service => _scope.ServiceProvider.GetRequiredService<CampaignService>();

    public DeliveryService Delivery => Store.Services.GetRequiredService<DeliveryService>();

    public EffectService Effects => Store.Services.GetRequiredService<EffectService>();

    public CampaignActions Actions => Store.Services.GetServices<IActionTarget>().OfType<CampaignActions>().Single();

    public CampaignRunner Runner => Store.Services.GetRequiredService<CampaignRunner>();

    public static async Task<CampaignWorld> OpenAsync(Engine engine, IReadOnlyDictionary<string, string?>? more = null, params IModule[] also)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var (time, audit) = (new FakeTimeProvider(Make.Noon), new KeptAudit());
        var settings = new Dictionary<string, string?>
        {
            ["Demo:Enabled"] = "true", ["Campaigns:QuietFrom"] = "0", ["Campaigns:QuietTo"] = "0", ["Campaigns:GlobalControl"] = "0", ["Campaigns:MailsPerSecond"] = "10000", ["Campaigns:LookSeconds"] = "1",
        };
        foreach (var (key, value) in more ?? new Dictionary<string, string?>()) settings[key] = value;
        var store = await TestStore.OpenAsync(engine, [new WebhooksModule(), new ProfilesModule(), new LearningModule(), new SegmentsModule(), new LiveMetricsModule(), new CatalogModule(), new ForecastingModule(), new InventoryModule(), new RecommendationsModule(), new CampaignsModule(), .. also], time,
            s => s.AddSingleton<IAuditLog>(audit).AddSingleton(new ShopClock(time, TimeZoneInfo.Utc)), settings);
        return new CampaignWorld(store, time, audit);
    }

    /// <summary>People p0001 … with an address each; every one of them agreed.</summary>
    public Task PeopleAsync(int count, bool consent = true, string prefix = "p") => Store.Writer.AppendAsync([.. Enumerable.Range(1, count).Select(i =>
        Make.Event($"{prefix}-id-{i}", "identify", $"{prefix}{i:0000}", type: EventTypes.Identify, at: Make.Noon.AddDays(-40), traits: $$"""{"email":"{{prefix}}{{i:0000}}@shop.example","firstName":"N{{i}}","emailConsent":{{(consent ? "true" : "false")}}}"""))]);

    public Task OrderAsync(string person, decimal revenue, string? id = null, DateTimeOffset? at = null) =>
        Store.Writer.AppendAsync([Make.Event(id ?? Guid.NewGuid().ToString(), EventNames.OrderCompleted, person, at: at ?? Time.GetUtcNow(), revenue: revenue, order: id ?? Guid.NewGuid().ToString(), currency: "USD", received: Time.GetUtcNow())]);

    public static CampaignSpec Spec(double holdout = 0.2) => new() { Holdout = holdout, Steps = [new CampaignStep { Versions = [new CampaignVersion("A", 1, "Hi {{ person.first_name }}", "<p>{{ person.first_name }} <a href=\"https://shop.example/x\">look</a></p>")] }] };

    public async Task<Campaign> StartAsync(CampaignSpec spec, string name = "Test")
    {
        var made = await Service.CreateAsync(name, spec, "ann");
        Assert.Empty(made.Problems);
        var started = await Service.StartAsync(made.Campaign!, "ann");
        Assert.Empty(started.Problems);
        await Runner.PassAsync();
        return (await Service.FindAsync(made.Campaign!.Id))!;
    }

    public async Task<CampaignEffect> LookAsync(int campaign)
    {
        Time.Advance(TimeSpan.FromMinutes(2));
        await Runner.PassAsync();
        return (await Effects.ViewAsync((await Service.FindAsync(campaign))!)).Effect;
    }

    public async Task DrainAsync()
    {
        while (await Delivery.SendDueAsync() > 0) { }
    }

    public async Task<IReadOnlyList<LocalMail>> MailsAsync() => await Service.LocalMailsAsync(null, 100_000);

    public async ValueTask DisposeAsync()
    {
        await _scope.DisposeAsync();
        await Store.DisposeAsync();
    }
}
