using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using BehaviorDashboard.Testing;
using Microsoft.AspNetCore.SignalR.Client;

namespace BehaviorDashboard.Benchmarks;

/// <summary>From an event being accepted to its count being seen by every hub client, under a steady load.</summary>
internal static class LiveBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (seconds, clients, rate) = (Setup.Option(args, "--minutes", 0) * 60 is var whole and > 0 ? whole : Setup.Option(args, "--seconds", 30), Setup.Option(args, "--clients", 200), Setup.Option(args, "--rate", 5_000));
        await using var product = await ProductProcess.StartAsync();
        using var http = Setup.Client(product.Address, await Setup.KeyAsync(product.Folder, "write"));
        var read = await Setup.KeyAsync(product.Folder, "read");
        var orders = new ConcurrentDictionary<long, long>();
        var delays = new ConcurrentBag<(double Delay, bool Late)>();
        var memory = new List<long>();
        var connections = new List<HubConnection>();
        var middle = long.MaxValue;
        for (var c = 0; c < clients; c++)
        {
            var connection = new HubConnectionBuilder().WithUrl(new Uri(product.Address, "hubs/live"), o => o.AccessTokenProvider = () => Task.FromResult<string?>(read)).Build();
            var seen = 0L;
            connection.On<JsonElement>("Snapshot", snapshot =>
            {
                var now = Stopwatch.GetTimestamp();
                var total = snapshot.GetProperty("windows").GetProperty("1h").GetProperty("now").GetProperty("orders").GetInt64();
                while (seen < total)
                    if (orders.TryGetValue(++seen, out var accepted)) delays.Add((Stopwatch.GetElapsedTime(accepted, now).TotalMilliseconds, now > middle));
            });
            await connection.StartAsync();
            connections.Add(connection);
        }
        var random = new Random(2);
        middle = Stopwatch.GetTimestamp() + seconds * Stopwatch.Frequency / 2;
        var ended = Stopwatch.GetTimestamp() + seconds * Stopwatch.Frequency;
        var load = LoadAsync(http, random, rate, ended);
        for (var n = 1L; Stopwatch.GetTimestamp() < ended; n++)
        {
            await Setup.PostAsync(http, Encoding.UTF8.GetBytes($$"""{"batch":[{"type":"track","event":"Order Completed","messageId":"probe-{{n}}","userId":"u1","properties":{"revenue":1} }]}"""));
            orders[n] = Stopwatch.GetTimestamp();
            if (n % 50 == 0) memory.Add(Process.GetProcessById(product.ProcessId).WorkingSet64 / 1_048_576);
            await Task.Delay(100);
        }
        var sent = await load;
        await Task.Delay(1_000);
        foreach (var connection in connections) await connection.DisposeAsync();
        var sorted = delays.Select(d => d.Delay).Order().ToList();
        Setup.Print($"load: {sent / (double)seconds:N0} events/s (asked {rate:N0}) for {seconds} s, {clients} hub clients, {sorted.Count:N0} observations");
        Setup.Print($"accepted → seen: p50 {sorted[sorted.Count / 2]:N0} ms, p99 {sorted[(int)(sorted.Count * .99)]:N0} ms (bar p99 500 ms; a snapshot is sent every 250 ms)");
        Setup.Print($"server cpu: {Setup.Cpu(product).TotalSeconds / (seconds * Environment.ProcessorCount):P0} of the machine; memory {Process.GetProcessById(product.ProcessId).WorkingSet64 / 1_048_576:N0} MB");
        Setup.Print($"p99 of the first half {P99(delays, late: false):N0} ms, of the second {P99(delays, late: true):N0} ms");
        Setup.Print($"memory over the run: {string.Join(", ", memory.Where((_, i) => i % Math.Max(1, memory.Count / 10) == 0))} MB");
        return 0;
    }

    private static double P99(IEnumerable<(double Delay, bool Late)> delays, bool late)
    {
        var sorted = delays.Where(d => d.Late == late).Select(d => d.Delay).Order().ToList();
        return sorted.Count == 0 ? 0 : sorted[(int)(sorted.Count * .99)];
    }

    /// <returns>Events accepted.</returns>
    private static async Task<long> LoadAsync(HttpClient http, Random random, int rate, long ended)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var n = 0;
        for (; Stopwatch.GetTimestamp() < ended && await timer.WaitForNextTickAsync(); n++) await Setup.PostAsync(http, Setup.Body(random, n, rate / 10));
        return (long)n * (rate / 10);
    }
}
