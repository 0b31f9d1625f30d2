using BehaviorDashboard.Api;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.DemoShop;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Demo;

/// <summary>Once the server listens, the simulated shop sends to it over HTTP with a write key of its own.</summary>
internal sealed partial class DemoService(
    IOptions<DemoOptions> options, IOptions<ShopOptions> shop, IOptions<StorageOptions> storage, ShopClock clock, TimeProvider time, ApiKeys keys,
    IEnumerable<IDemoSeeder> seeders, DemoDirector director, IServer server, IHostApplicationLifetime lifetime, ILogger<DemoService> logger) : BackgroundService
{
    private const string KeyFile = "demo-key.txt";
    private const string MailboxName = "Demo shoppers' mailbox";
    private const string DirectorName = "Demo shop's director";
    private readonly string _folder = storage.Value.Folder;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var started = lifetime.ApplicationStarted.Register(listening.SetResult);
        var runner = new DemoShopRunner(options.Value, shop.Value.Currency, clock, time, _folder);
        runner.Prepare();
        await listening.Task.WaitAsync(stoppingToken);
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (addresses.Count == 0 || !addresses.All(DemoHost.IsLoopback))
        {
            LogNotAlone(string.Join(", ", addresses));
            return;
        }
        using var http = new HttpClient { BaseAddress = new Uri(addresses.OrderBy(a => a.StartsWith("https", StringComparison.Ordinal)).First()) };
        var last = (DemoPhase?)null;
        director.Open(runner, http, await PassingKeyAsync(DirectorName, Access.ScopeAdmin, stoppingToken));
        try
        {
            await runner.RunAsync(http, await WriteKeyAsync(stoppingToken), products => SeedAsync(products, stoppingToken), p => Tell(p, runner, ref last, stoppingToken), stoppingToken, new DemoMailbox(http, await PassingKeyAsync(MailboxName, Access.ScopeRead, stoppingToken), time).TakeAsync);
        }
        catch (DemoRefusedException refused)
        {
            LogRefused(refused.Message);
        }
    }

    /// <summary>The key of the last start while it still works: its id is the source of the demo's events.</summary>
    private async Task<string> WriteKeyAsync(CancellationToken cancel)
    {
        var file = Path.Combine(_folder, KeyFile);
        if (File.Exists(file) && await File.ReadAllTextAsync(file, cancel) is { Length: > 0 } known && await keys.FindAsync(known, cancel) is not null) return known;
        var (_, presented) = await keys.CreateAsync("Demo shop", [Access.ScopeWrite], "demo", cancel);
        await File.WriteAllTextAsync(file, presented, cancel);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return presented;
    }

    /// <summary>Made anew at each start and held in memory only.</summary>
    private async Task<string> PassingKeyAsync(string name, string scope, CancellationToken cancel)
    {
        foreach (var old in (await keys.ListAsync(cancel)).Where(k => k.Name == name && k.RevokedAt is null)) await keys.RevokeAsync(old.Id, cancel);
        return (await keys.CreateAsync(name, [scope], "demo", cancel)).Presented;
    }

    private async Task SeedAsync(IReadOnlyList<DemoCatalogItem> products, CancellationToken cancel)
    {
        foreach (var seeder in seeders) await seeder.SeedAsync(products, cancel);
    }

    private void Tell(DemoProgress progress, DemoShopRunner runner, ref DemoPhase? last, CancellationToken cancel)
    {
        if (progress.Phase == last) return;
        last = progress.Phase;
        if (last == DemoPhase.Recent) LogRecent(progress.Sent);
        if (last != DemoPhase.History) return;
        LogHistory(progress.Sent);
        // Read before the shop lives on.
        var past = Mailings(runner.Simulation!);
        _ = AfterHistoryAsync(past, cancel);
    }

    /// <summary>The shop mails at ten; who was written to and who was not is the coin's doing.</summary>
    private List<DemoMailing> Mailings(DemoSimulation simulation) =>
    [
        .. new DemoTruth(simulation).Campaigns.Select(c => new DemoMailing(c.Campaign.Id, c.Campaign.Name, c.Campaign.Subject, clock.StartOf(c.Campaign.Date).AddHours(10), c.Campaign.Discount,
            [.. c.Treated.Select(p => p.UserId)], [.. c.Held.Select(p => p.UserId)])).Where(m => m.SentAt < time.GetUtcNow().AddHours(-1)),
    ];

    /// <summary>Beside the shop's life, which goes on.</summary>
    private async Task AfterHistoryAsync(IReadOnlyList<DemoMailing> past, CancellationToken cancel)
    {
        foreach (var seeder in seeders)
        {
            try
            {
                await seeder.AfterHistoryAsync(cancel);
                await seeder.MailingsAsync(past, cancel);
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                LogUnprepared(problem, seeder.GetType().Name);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The demo goes on without what {Seeder} prepares.")]
    private partial void LogUnprepared(Exception problem, string seeder);

    [LoggerMessage(Level = LogLevel.Information, Message = "Demo shop: the last weeks are in ({Events} events sent); the rest of the year follows.")]
    private partial void LogRecent(long events);

    [LoggerMessage(Level = LogLevel.Information, Message = "Demo shop: the history is complete ({Events} events sent); it goes on live.")]
    private partial void LogHistory(long events);

    [LoggerMessage(Level = LogLevel.Error, Message = "The demo shop stays closed: it runs on this machine only, and {Addresses} can be reached from outside.")]
    private partial void LogNotAlone(string addresses);

    [LoggerMessage(Level = LogLevel.Error, Message = "The demo shop stopped: {Reason}")]
    private partial void LogRefused(string reason);
}
