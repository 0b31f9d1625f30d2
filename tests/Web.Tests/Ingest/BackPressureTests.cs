using System.Collections.Concurrent;
using System.Net;
using System.Text;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Ingest;

/// <summary>A store slower than its senders: they are told to come back, nothing grows, and what was acknowledged is there.</summary>
public sealed class BackPressureTests
{
    private const int QueueEvents = 2_000;
    private const int BatchEvents = 200;

    private static string Batch(string name, string filler = "") =>
        $"{{\"batch\":[{string.Join(',', Enumerable.Range(0, BatchEvents).Select(i => $$"""{"type":"track","event":"X","userId":"u{{i}}","messageId":"{{name}}-{{i}}","properties":{"f":"{{filler}}"} }"""))}]}}";

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await client.PostAsync(new Uri("/v1/batch", UriKind.Relative), content);
    }

    private static Task<WebHost> StartAsync() => WebHost.StartAsync(new() { ["Storage:QueueEvents"] = $"{QueueEvents}" });

    [Fact]
    public async Task Senders_who_come_back_lose_nothing_while_the_store_is_slow()
    {
        await using var host = await StartAsync();
        var writer = host.Services.GetRequiredService<EventWriter>();
        using var done = new CancellationTokenSource();
        // Every commit waits for a piece of work that takes its time.
        var slow = Task.Run(async () => { while (!done.IsCancellationRequested) await writer.ExclusiveAsync(_ => Task.Delay(40)); });
        var (acknowledged, refused, longest) = (new ConcurrentBag<string>(), 0, 0L);
        using var client = await host.KeyClientAsync();
        await Task.WhenAll(Enumerable.Range(0, 24).Select(async sender =>
        {
            for (var n = 0; n < 8; n++)
                while (true)
                {
                    using var answer = await SendAsync(client, Batch($"{sender}-{n}"));
                    InterlockedMax(ref longest, writer.Waiting);
                    if (answer.StatusCode == HttpStatusCode.OK)
                    {
                        acknowledged.Add($"{sender}-{n}");
                        break;
                    }
                    Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
                    Assert.True(answer.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
                    Interlocked.Increment(ref refused);
                    await Task.Delay(20);
                }
        }));
        await done.CancelAsync();
        await slow;
        Assert.True(refused > 0);
        Assert.InRange(longest, 1, QueueEvents);
        Assert.Equal(24 * 8, acknowledged.Count);
        Assert.Equal(24 * 8 * BatchEvents, await host.Services.GetRequiredService<Database>().ScalarAsync<long>("select count(*) from events"));
        Assert.Equal(0, writer.Waiting);
    }

    [Fact]
    public async Task What_is_refused_is_not_held_and_not_stored()
    {
        await using var host = await StartAsync();
        var writer = host.Services.GetRequiredService<EventWriter>();
        var standstill = new TaskCompletionSource();
        var exclusive = writer.ExclusiveAsync(_ => standstill.Task);
        using var client = await host.KeyClientAsync();
        var taken = Enumerable.Range(0, QueueEvents / BatchEvents).Select(n => SendAsync(client, Batch($"taken{n}"))).ToList();
        while (writer.Waiting < QueueEvents) await Task.Delay(10);
        var large = Batch("refused", new string('x', 2_000));
        await Refuse(50);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        // Half a gigabyte of events that find no room.
        await Refuse(1_200);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 64 << 20);
        standstill.SetResult();
        await exclusive;
        Assert.All(await Task.WhenAll(taken), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(QueueEvents, await host.Services.GetRequiredService<Database>().ScalarAsync<long>("select count(*) from events"));

        async Task Refuse(int times)
        {
            for (var i = 0; i < times; i++)
                using (var answer = await SendAsync(client, large)) Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        }
    }

    private static void InterlockedMax(ref long most, long value)
    {
        for (var seen = Interlocked.Read(ref most); value > seen; seen = Interlocked.Read(ref most))
            if (Interlocked.CompareExchange(ref most, value, seen) == seen) return;
    }
}
