using System.Diagnostics;
using System.Text.Json;
using BehaviorDashboard.Testing;
using Microsoft.AspNetCore.SignalR.Client;

namespace BehaviorDashboard.Benchmarks;

/// <summary>A steady load for a long time: whether memory, handles and answers stay as they are. A line for each tenth of the run.</summary>
internal static class SoakBenchmark
{
    private const int Parts = 10;
    private const int BatchesASecond = 10;

    public static async Task<int> RunAsync(string[] args)
    {
        var (minutes, rate, clients) = (Setup.Option(args, "--minutes", 60), Setup.Option(args, "--rate", 1_000), Setup.Option(args, "--clients", 20));
        await using var product = await ProductProcess.StartAsync();
        using var http = Setup.Client(product.Address, await Setup.KeyAsync(product.Folder, "write"));
        var read = await Setup.KeyAsync(product.Folder, "read");
        var (connections, snapshots) = (new List<HubConnection>(), 0L);
        for (var c = 0; c < clients; c++)
        {
            var connection = new HubConnectionBuilder().WithUrl(new Uri(product.Address, "hubs/live"), o => o.AccessTokenProvider = () => Task.FromResult<string?>(read)).WithAutomaticReconnect().Build();
            connection.On<JsonElement>("Snapshot", _ => Interlocked.Increment(ref snapshots));
            await connection.StartAsync();
            connections.Add(connection);
        }
        Setup.Print($"{rate:N0} events/s for {minutes} minutes, {clients} hub clients, embedded store");
        Setup.Print("| minutes | events | answer p50 ms | p99 ms | snapshots/s a client | cpu of the machine | memory MB | handles | store MB |");
        Setup.Print("|---|---|---|---|---|---|---|---|---|");
        var (random, number, sent) = (new Random(5), 0, 0L);
        var part = TimeSpan.FromMinutes(minutes) / Parts;
        for (var p = 1; p <= Parts; p++)
        {
            var (began, cpu, before, answers) = (Stopwatch.GetTimestamp(), Setup.Cpu(product), Interlocked.Read(ref snapshots), new List<double>());
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1d / BatchesASecond));
            while (Stopwatch.GetElapsedTime(began) < part && await timer.WaitForNextTickAsync())
            {
                var body = Setup.Body(random, number++, rate / BatchesASecond);
                var asked = Stopwatch.GetTimestamp();
                await Setup.PostAsync(http, body);
                answers.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                sent += rate / BatchesASecond;
            }
            answers.Sort();
            var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
            Setup.Print($"| {p * part.TotalMinutes:0.#} | {sent:N0} | {answers[answers.Count / 2]:N1} | {answers[(int)(answers.Count * .99)]:N1} | {(Interlocked.Read(ref snapshots) - before) / took / Math.Max(1, clients):N1} | {(Setup.Cpu(product) - cpu).TotalSeconds / took / Environment.ProcessorCount:P0} | {Process.GetProcessById(product.ProcessId).WorkingSet64 / 1_048_576:N0} | {Handles(product.ProcessId)} | {Size(product.Folder):N0} |");
        }
        foreach (var connection in connections) await connection.DisposeAsync();
        return 0;
    }

    /// <summary>Open files and sockets; where the system does not tell (it is Linux that does), what .NET counts.</summary>
    private static int Handles(int process) => Directory.Exists($"/proc/{process}/fd") ? Directory.GetFileSystemEntries($"/proc/{process}/fd").Length : Process.GetProcessById(process).HandleCount;

    private static double Size(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length) / 1_048_576d;
}
