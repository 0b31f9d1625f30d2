using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Quality;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace BehaviorDashboard.Tests.Quality;

/// <summary>What was refused waits, can be mended, and is then stored once.</summary>
public class RejectsInboxTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static readonly Rejection NoNumber = new(RejectionCodes.InvalidValue, "properties.revenue", "is not a number.");

    [Theory, MemberData(nameof(Engines))]
    public async Task A_mended_event_is_stored_once_at_its_own_time_and_leaves_the_inbox(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        var service = store.Services.GetRequiredService<RejectsService>();
        await KeepAsync(store, Sale("lots"));
        var waiting = Assert.Single(await service.PageAsync("", "", null));
        Assert.Equal(NoNumber, await Refused(service.ReplayAsync(waiting, Sale("lots"))));
        Assert.NotNull(await service.ReplayAsync(waiting, "{"));
        Assert.Single(await service.PageAsync("", "", null));
        // Twice, as after a failure between storing and closing.
        Assert.Null(await service.ReplayAsync(waiting, Sale("12.50")));
        Assert.Null(await service.ReplayAsync(waiting, Sale("12.50")));
        Assert.Empty(await service.CountAsync());
        Assert.Equal((1, 12.5m, Make.Noon), await store.Database.FirstOrDefaultAsync<(long, decimal, DateTimeOffset)>("select count(*), sum(revenue), max(occurred_at) from events"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task All_of_a_reason_are_sent_again_and_those_still_bad_stay(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        var service = store.Services.GetRequiredService<RejectsService>();
        await KeepAsync(store, [.. Enumerable.Range(0, 620).Select(n => Sale(n < 20 ? "lots" : "1"))]);
        Assert.Equal(620, Assert.Single(await service.CountAsync()).Count);
        var first = await service.PageAsync(NoNumber.Code, NoNumber.Field, null);
        var second = await service.PageAsync(NoNumber.Code, NoNumber.Field, first[^1]);
        Assert.Empty(first.Select(r => r.Id).Intersect(second.Select(r => r.Id)));
        Assert.Equal((600, 20), await service.ReplayReasonAsync(NoNumber.Code, NoNumber.Field) is var done ? (done.Stored, done.Refused) : default);
        Assert.Equal(20, Assert.Single(await service.CountAsync()).Count);
        Assert.Equal(600, await store.Database.ScalarAsync<long>("select count(*) from events"));
        Assert.Equal(20, await service.DismissReasonAsync(NoNumber.Code, NoNumber.Field));
        Assert.Empty(await service.CountAsync());
    }

    [Fact]
    public async Task Beyond_the_days_share_refused_events_are_counted_only()
    {
        await using var store = await OpenAsync(Engine.DuckDb, new() { ["Quality:KeptPerDay"] = "5" });
        await KeepAsync(store, [.. Enumerable.Repeat(Sale("lots"), 8)]);
        Assert.Equal((5, 3), (Assert.Single(await store.Services.GetRequiredService<RejectsService>().CountAsync()).Count, store.Services.GetRequiredService<RejectsInbox>().NotKept));
    }

    private static string Sale(string revenue) =>
        $$$"""{"type":"track","event":"Order Completed","userId":"u","timestamp":"2026-03-10T12:00:00Z","properties":{"revenue":"{{{revenue}}}"}}""";

    private static async Task<Rejection?> Refused(Task<Rejection?> replay) => await replay is { } still ? still with { Reason = NoNumber.Reason } : null;

    private static async Task<TestStore> OpenAsync(Engine engine, Dictionary<string, string?>? settings = null)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        return await TestStore.OpenAsync(engine, [new QualityModule(), new IngestModule()], more: s => s.AddSingleton<IAuditLog, NoAudit>(), settings: settings);
    }

    /// <summary>Puts events into the inbox and waits until it has written them.</summary>
    private static async Task KeepAsync(TestStore store, params string[] events)
    {
        var inbox = store.Services.GetRequiredService<RejectsInbox>();
        foreach (var raw in events) inbox.Add(Reject.Of(new Arrival(Make.Noon, "key"), NoNumber, raw));
        await ((IHostedService)inbox).StartAsync(default);
        var service = store.Services.GetRequiredService<RejectsService>();
        while ((await service.CountAsync()).Sum(r => r.Count) + inbox.NotKept < events.Length) await Task.Delay(20, TestContext.Current.CancellationToken);
        await ((IHostedService)inbox).StopAsync(default);
    }
}
