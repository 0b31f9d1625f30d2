using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;
using BehaviorDashboard.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Segments;

/// <summary>A receiver is told of every entry and exit, once.</summary>
public sealed class SegmentHookTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    [Theory, MemberData(nameof(Engines))]
    public async Task Entries_and_exits_are_told_once_and_only_of_segments_with_a_receiver(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var time = new FakeTimeProvider(Make.Noon);
        await using var receiver = await Receiver.StartAsync();
        await using var store = await TestStore.OpenAsync(engine, [new SegmentsModule(), new WebhooksModule(), new SegmentHooksModule()], time,
            s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(time, TimeZoneInfo.Utc)), new Dictionary<string, string?> { ["Webhooks:InsideHosts:0"] = "127.0.0.1" });
        await using var scope = store.Services.CreateAsyncScope();
        var (service, keeper, sender) = (scope.ServiceProvider.GetRequiredService<SegmentService>(), store.Services.GetRequiredService<MembershipKeeper>(), store.Services.GetRequiredService<WebhookSender>());
        var week = (await service.CreateAsync(new SegmentDraft("Week", "", new DidRule("Product Viewed") { When = Window.Within(7) }))).Segment!;
        var ever = (await service.CreateAsync(new SegmentDraft("Ever", "", new DidRule("Product Viewed")))).Segment!;
        await service.SetStatusAsync(week, "active");
        await service.SetStatusAsync(ever, "active");
        Assert.Null((await store.Services.GetRequiredService<WebhookService>().AddAsync($"segment:{week.Id}", receiver.Address.ToString())).Problem);

        await store.Writer.AppendAsync([Make.Event("a", "Product Viewed", "ann"), Make.Event("b", "Product Viewed", "bob", at: Make.Noon.AddDays(-3))]);
        await keeper.PassAsync();
        await keeper.PassAsync();
        await sender.SendDueAsync();
        Assert.Equal(["segment.entered ann bob"], Told());
        time.Advance(TimeSpan.FromDays(4));
        await keeper.PassAsync();
        await sender.SendDueAsync();
        Assert.Equal(["segment.entered ann bob", "segment.left bob"], Told());
        time.Advance(TimeSpan.FromHours(1));
        await service.SetStatusAsync(week, "archived");
        await sender.SendDueAsync();
        Assert.Equal(["segment.entered ann bob", "segment.left bob", "segment.left ann"], Told());

        IEnumerable<string> Told() => receiver.Requests.Select(r => JsonDocument.Parse(r.Body).RootElement).Select(m =>
        {
            Assert.Equal(("Week", week.Id), (m.GetProperty("data").GetProperty("segment").GetProperty("name").GetString(), m.GetProperty("data").GetProperty("segment").GetProperty("id").GetInt32()));
            return m.GetProperty("type").GetString() + " " + string.Join(' ', m.GetProperty("data").GetProperty("people").EnumerateArray().Select(p => p.GetProperty("user_id").GetString()));
        });
    }
}
