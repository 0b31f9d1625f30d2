using System.Diagnostics;
using System.Net;
using System.Text.Json;
using BehaviorDashboard.Testing;
using Microsoft.AspNetCore.SignalR.Client;

namespace BehaviorDashboard.Benchmarks;

/// <summary>
/// <c>soak</c>: a steady load for a long time; whether memory, handles and answers stay as they are, a line for each part of the run.
/// <c>dashboards</c>: the same load while more and more pages are open.
/// </summary>
internal static class SoakBenchmark
{
    private const int BatchesASecond = 10;
    private const string Email = "admin@bench.example";
    private const string Password = "bench-dashboard-1";

    public static async Task<int> RunAsync(string[] args)
    {
        var (minutes, rate, clients, parts) = (Setup.Option(args, "--minutes", 60), Setup.Option(args, "--rate", 1_000), Setup.Option(args, "--clients", 20), Setup.Option(args, "--parts", 10));
        await using var product = await StartAsync(args);
        await using var watchers = await Watchers.OpenAsync(product, clients);
        var pages = await watchers.OpenPagesAsync(Setup.Option(args, "--dashboards", 10));
        using var http = Setup.Client(product.Address, await Setup.KeyAsync(product.Folder, "write"));
        Setup.Print($"{rate:N0} events/s for {minutes} minutes, {clients} hub clients, {pages} pages open, embedded store");
        Head("minutes");
        var (random, number) = (new Random(5), 0);
        var part = TimeSpan.FromMinutes(minutes) / parts;
        for (var p = 1; p <= parts; p++) number = await PartAsync(product, watchers, http, random, number, rate, part, $"{p * part.TotalMinutes:0.#}");
        return 0;
    }

    public static async Task<int> DashboardsAsync(string[] args)
    {
        var (seconds, rate, most, step) = (Setup.Option(args, "--seconds", 30), Setup.Option(args, "--rate", 1_000), Setup.Option(args, "--most", 200), Setup.Option(args, "--step", 50));
        await using var product = await StartAsync(args);
        await using var watchers = await Watchers.OpenAsync(product, 0);
        using var http = Setup.Client(product.Address, await Setup.KeyAsync(product.Folder, "write"));
        Setup.Print($"{rate:N0} events/s, {seconds} s for each line, live pages open, embedded store");
        Head("pages");
        var (random, number) = (new Random(5), 0);
        // Code is compiled and caches are filled before the first line.
        number = await PartAsync(product, watchers, http, random, number, rate, TimeSpan.FromSeconds(seconds), "(warm-up)");
        for (var open = 0; open <= most; open += step)
        {
            await watchers.OpenPagesAsync(open);
            number = await PartAsync(product, watchers, http, random, number, rate, TimeSpan.FromSeconds(seconds), $"{open}");
        }
        return 0;
    }

    private static async Task<ProductProcess> StartAsync(string[] args)
    {
        var password = Path.GetTempFileName();
        await File.WriteAllTextAsync(password, Password);
        return await ProductProcess.StartAsync(null, "--ADMIN_EMAIL=" + Email, "--ADMIN_PASSWORD_FILE=" + password, "--Storage:MemoryLimit=" + (Setup.Text(args, "--memory") ?? "1GB"));
    }

    private static void Head(string first)
    {
        Setup.Print($"| {first} | events | answer p50 ms | p99 ms | snapshots/s a client | changes/s a page | cpu of the machine | memory MB | of it not files MB | handles | store MB |");
        Setup.Print("|---|---|---|---|---|---|---|---|---|---|---|");
    }

    /// <returns>The number of the next batch.</returns>
    private static async Task<int> PartAsync(ProductProcess product, Watchers watchers, HttpClient http, Random random, int number, int rate, TimeSpan length, string name)
    {
        var (began, cpu, snapshots, changes, answers) = (Stopwatch.GetTimestamp(), Setup.Cpu(product), watchers.Snapshots, watchers.Changes, new List<double>());
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1d / BatchesASecond));
        while (Stopwatch.GetElapsedTime(began) < length && await timer.WaitForNextTickAsync())
        {
            var body = Setup.Body(random, number++, rate / BatchesASecond);
            var asked = Stopwatch.GetTimestamp();
            await Setup.PostAsync(http, body);
            answers.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
        }
        answers.Sort();
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Setup.Print($"| {name} | {(long)number * (rate / BatchesASecond):N0} | {answers[answers.Count / 2]:N1} | {answers[(int)(answers.Count * .99)]:N1} | {(watchers.Snapshots - snapshots) / took / Math.Max(1, watchers.Clients):N1} | {(watchers.Changes - changes) / took / Math.Max(1, watchers.Pages):N1} | {(Setup.Cpu(product) - cpu).TotalSeconds / took / Environment.ProcessorCount:P1} | {Process.GetProcessById(product.ProcessId).WorkingSet64 / 1_048_576:N0} | {Anonymous(product.ProcessId):N0} | {Handles(product.ProcessId)} | {Size(product.Folder):N0} |");
        return number;
    }

    /// <summary>Open files and sockets; where the system does not tell (it is Linux that does), what .NET counts.</summary>
    private static int Handles(int process) => Directory.Exists($"/proc/{process}/fd") ? Directory.GetFileSystemEntries($"/proc/{process}/fd").Length : Process.GetProcessById(process).HandleCount;

    /// <summary>Memory that is not a file's, in MB; the private memory .NET counts where the system does not tell.</summary>
    private static double Anonymous(int process) => File.Exists($"/proc/{process}/status")
        ? double.Parse(File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) / 1024
        : Process.GetProcessById(process).PrivateMemorySize64 / 1_048_576d;

    private static double Size(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length) / 1_048_576d;

    /// <summary>Who looks on: clients of the hub, and pages.</summary>
    private sealed class Watchers : IAsyncDisposable
    {
        private readonly List<HubConnection> _clients = [];
        private readonly List<Dashboard> _pages = [];
        private readonly CookieContainer _cookies = new();
        private readonly SocketsHttpHandler _handler;
        private readonly HttpClient _browser;
        private long _snapshots;

        private Watchers(Uri address)
        {
            _handler = new SocketsHttpHandler { CookieContainer = _cookies, UseProxy = false };
            _browser = new HttpClient(_handler) { BaseAddress = address };
        }

        public int Clients => _clients.Count;

        public int Pages => _pages.Count;

        public long Snapshots => Interlocked.Read(ref _snapshots);

        public long Changes => _pages.Sum(p => p.Batches);

        public static async Task<Watchers> OpenAsync(ProductProcess product, int clients)
        {
            var watchers = new Watchers(product.Address);
            await Dashboard.SignInAsync(watchers._browser, Email, Password);
            var read = await Setup.KeyAsync(product.Folder, "read");
            for (var c = 0; c < clients; c++)
            {
                var connection = new HubConnectionBuilder().WithUrl(new Uri(product.Address, "hubs/live"), o => o.AccessTokenProvider = () => Task.FromResult<string?>(read)).WithAutomaticReconnect().Build();
                connection.On<JsonElement>("Snapshot", _ => Interlocked.Increment(ref watchers._snapshots));
                await connection.StartAsync();
                watchers._clients.Add(connection);
            }
            return watchers;
        }

        /// <summary>Opens live pages until there are so many.</summary>
        public async Task<int> OpenPagesAsync(int pages)
        {
            while (_pages.Count < pages) _pages.Add(await Dashboard.OpenAsync(_browser, _cookies, "live"));
            return _pages.Count;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var page in _pages) await page.DisposeAsync();
            foreach (var client in _clients) await client.DisposeAsync();
            _browser.Dispose();
            _handler.Dispose();
        }
    }
}
