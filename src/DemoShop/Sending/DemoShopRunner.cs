using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;

namespace BehaviorDashboard.DemoShop;

/// <summary>How far the demo shop is.</summary>
/// <param name="Through">Last day of the history that has been sent.</param>
public sealed record DemoProgress(bool IsLive, long Sent, DateOnly Through);

/// <summary>
/// Runs the simulated shop against a dashboard's public API: first the history that is missing there, then what happens
/// as it happens. A second start on the same folder goes on; what it sends again is known by its message id.
/// </summary>
public sealed class DemoShopRunner(DemoOptions options, string currency, ShopClock clock, TimeProvider time, string folder)
{
    private const int FlushDays = 60;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);
    private readonly PriorityQueue<DemoEvent, long> _coming = new();
    private readonly DateOnly _today = clock.Today;
    private DemoState? _state;
    private DemoSimulation? _simulation;

    /// <summary>The shop as far as it has been lived, for exposures and for the truth; null before <see cref="RunAsync"/>.</summary>
    public DemoSimulation? Simulation => _simulation;

    /// <param name="http">With the dashboard's address as its base.</param>
    /// <param name="seed">Takes the catalogue and the stock once the history is known.</param>
    public async Task RunAsync(HttpClient http, string writeKey, Func<IReadOnlyList<DemoCatalogItem>, Task>? seed, Action<DemoProgress>? progress, CancellationToken cancel)
    {
        _state = DemoState.Load(folder, options, _today);
        var world = _state.World();
        var simulation = _simulation = new DemoSimulation(world, clock);
        await using var sender = new BatchSender(http, writeKey, world, currency, time);
        var started = time.GetUtcNow();
        await BackfillAsync(simulation, sender, started, progress, cancel);
        if (seed is not null) await seed(Catalogue(simulation));
        await LiveAsync(simulation, sender, started, progress, cancel);
    }

    private async Task BackfillAsync(DemoSimulation simulation, BatchSender sender, DateTimeOffset started, Action<DemoProgress>? progress, CancellationToken cancel)
    {
        var (after, now) = (_state!.SentThrough.ToUnixTimeMilliseconds(), started.ToUnixTimeMilliseconds());
        var today = simulation.World.DayOf(clock.DateOf(started));
        while (simulation.Day <= today)
        {
            foreach (var e in simulation.NextDay())
            {
                if (e.At > now) _coming.Enqueue(e, e.At);
                else if (e.At > after) await sender.PostAsync(e, cancel);
            }
            var through = simulation.World.DateOf(simulation.Day - 1);
            if (simulation.Day % FlushDays != 0 || clock.StartOf(through) <= _state.SentThrough) continue;
            await sender.FlushAsync(cancel);
            Save(clock.StartOf(through));
            progress?.Invoke(new DemoProgress(false, sender.Sent, through));
        }
        await sender.FlushAsync(cancel);
        Save(started);
        progress?.Invoke(new DemoProgress(false, sender.Sent, clock.DateOf(started)));
    }

    private async Task LiveAsync(DemoSimulation simulation, BatchSender sender, DateTimeOffset started, Action<DemoProgress>? progress, CancellationToken cancel)
    {
        var minute = Minute(started) - options.LiveLeadMinutes;
        var saved = started;
        using var timer = new PeriodicTimer(Tick, time);
        do
        {
            var now = time.GetUtcNow();
            while (simulation.World.DateOf(simulation.Day) <= clock.DateOf(now))
            {
                foreach (var e in simulation.NextDay()) _coming.Enqueue(e, e.At);
            }
            minute = Math.Max(minute, Minute(now) - Math.Max(1, options.LiveLeadMinutes));
            for (; options.LiveEventsPerSecond > 0 && minute <= Minute(now); minute++)
            {
                foreach (var e in simulation.LiveMinute(DateTimeOffset.FromUnixTimeSeconds(minute * 60), options.LiveEventsPerSecond)) _coming.Enqueue(e, e.At);
            }
            while (_coming.TryPeek(out var next, out var at) && at <= now.ToUnixTimeMilliseconds())
            {
                _coming.Dequeue();
                await sender.PostAsync(next, cancel);
            }
            await sender.FlushAsync(cancel);
            progress?.Invoke(new DemoProgress(true, sender.Sent, clock.DateOf(now)));
            if (now - saved < TimeSpan.FromSeconds(10)) continue;
            Save(now);
            saved = now;
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    private void Save(DateTimeOffset through)
    {
        _state = _state! with { SentThrough = through };
        _state.Save(folder);
    }

    private IReadOnlyList<DemoCatalogItem> Catalogue(DemoSimulation simulation) =>
    [
        .. simulation.World.Products.Select(p => new DemoCatalogItem(
            p.Id, p.Title.English, p.Title.Chinese, simulation.World.Categories[p.Category].Name.English, simulation.World.Categories[p.Category].Name.Chinese,
            p.Brand, p.ListPrice, p.Cost, currency, p.Supplier, p.LeadTimeDays, simulation.Stock.OnHand(p), SegmentJson.Host + p.Path)),
    ];

    private static long Minute(DateTimeOffset at) => at.ToUnixTimeSeconds() / 60;
}
