using System.Text.Json;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.FeedbackRules;
using BehaviorDashboard.Ids;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Testing;
using BehaviorDashboard.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.FeedbackRules;

/// <summary>A lamp that rules may switch: knows each request by its id, can be slow, and refuses to be undone where it was switched since.</summary>
internal sealed class Lamp : IActionTarget
{
    private readonly Dictionary<string, ActionOutcome> _known = [];

    public string State { get; set; } = "off";

    public int Switched { get; private set; }

    public TaskCompletionSource? Blocked { get; set; }

    public string Target => "lamp";

    public IReadOnlyList<ActionKind> Actions => [new("set", () => "set", true, [new("to", () => "to", "text"), new("level", () => "level", "number", false)])];

    public ActionRequest? Last { get; private set; }

    public Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string text, int limit, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<WatchedObject>>([new("hall", "Hall")]);

    public Task<ActionOutcome> PreviewAsync(ActionRequest request, CancellationToken cancel = default) => Task.FromResult(new ActionOutcome(Json(State), Json(request.Parameters["to"])));

    public async Task<ActionOutcome> ApplyAsync(ActionRequest request, CancellationToken cancel = default)
    {
        if (Blocked is not null) await Blocked.Task.WaitAsync(cancel);
        if (_known.TryGetValue(request.Id, out var done)) return done;
        var outcome = new ActionOutcome(Json(State), Json(request.Parameters["to"]));
        (State, Last) = (request.Parameters["to"], request);
        Switched++;
        return _known[request.Id] = outcome;
    }

    public Task<ActionOutcome> UndoAsync(ActionRequest request, ActionOutcome done, CancellationToken cancel = default)
    {
        if (Json(State) != done.After) return Task.FromResult(ActionOutcome.Refused("switched since"));
        State = JsonDocument.Parse(done.Before).RootElement.GetProperty("state").GetString()!;
        return Task.FromResult(new ActionOutcome(done.After, done.Before));
    }

    private static string Json(string state) => JsonSerializer.Serialize(new { state });
}

/// <summary>A shop on a clock that is set by hand, with rules looked at second by second.</summary>
internal sealed class RulesWorld : IAsyncDisposable
{
    private int _events;

    private RulesWorld(TestStore store, FakeTimeProvider time, Lamp lamp) => (Store, Time, Lamp) = (store, time, lamp);

    public TestStore Store { get; }

    public FakeTimeProvider Time { get; }

    public Lamp Lamp { get; }

    public RuleEngine Engine => Store.Services.GetRequiredService<RuleEngine>();

    public ActionRunner Runner => Store.Services.GetRequiredService<ActionRunner>();

    public RuleStore Rules => Store.Services.GetRequiredService<RuleStore>();

    public static async Task<RulesWorld> OpenAsync(Engine engine, Action<IServiceCollection>? more = null)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var (time, lamp) = (new FakeTimeProvider(Make.Noon), new Lamp());
        var store = await TestStore.OpenAsync(engine, [new CatalogModule(), new LiveMetricsModule(), new WebhooksModule(), new FeedbackRulesModule()], time, services =>
        {
            services.AddLogging();
            services.AddDataProtection();
            services.AddSingleton<IAuditLog, NoAudit>();
            services.AddSingleton<IActionTarget>(lamp);
            services.AddSingleton(_ => new ShopClock(time, TimeZoneInfo.Utc));
            more?.Invoke(services);
        });
        var world = new RulesWorld(store, time, lamp);
        await world.FollowAsync();
        return world;
    }

    public async Task FollowAsync()
    {
        var feed = Store.Services.GetRequiredService<LiveFeed>();
        await ((IHostedService)feed).StartAsync(CancellationToken.None);
        await UntilAsync(() => !feed.Snapshot().CatchingUp);
    }

    public async Task RestartAsync()
    {
        await Store.RestartAsync();
        await FollowAsync();
    }

    public Task<T> WithAsync<TService, T>(Func<TService, Task<T>> act) where TService : notnull => WithScopeAsync(p => act(p.GetRequiredService<TService>()));

    public async Task<FeedbackRule> AddAsync(RuleDefinition definition, string status)
    {
        var rule = await WithAsync<FeedbackRuleService, FeedbackRule>(async rules =>
        {
            var saved = await rules.CreateAsync("A rule", definition);
            Assert.Empty(saved.Problems);
            foreach (var next in status == FeedbackRule.Live ? new[] { FeedbackRule.Shadow, FeedbackRule.Live } : [status])
                Assert.Null(await rules.SetStatusAsync((await rules.FindAsync(saved.Rule!.Id))!, next));
            return (await rules.FindAsync(saved.Rule!.Id))!;
        });
        return rule;
    }

    /// <summary>An order told at this very second, and seen by the windows.</summary>
    public async Task OrderAsync(decimal revenue = 10)
    {
        var feed = Store.Services.GetRequiredService<LiveFeed>();
        var now = Time.GetUtcNow();
        var before = feed.Read("24h", now)!.Orders;
        await Store.Writer.AppendAsync([Make.Event($"o{++_events}", EventNames.OrderCompleted, at: now, revenue: revenue, session: $"s{_events}", user: $"u{_events}")]);
        await UntilAsync(() => feed.Read("24h", now)!.Orders > before);
    }

    public async Task SecondsAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Engine.LookAsync(Time.GetUtcNow());
        }
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private async Task<T> WithScopeAsync<T>(Func<IServiceProvider, Task<T>> act)
    {
        await using var scope = Store.Services.CreateAsyncScope();
        return await act(scope.ServiceProvider);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var left = 500; !holds(); left--)
        {
            Assert.True(left > 0, "It never came true.");
            await Task.Delay(10);
        }
    }
}
