using System.Collections.Concurrent;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;

namespace BehaviorDashboard.DemoShop;

/// <summary>What the demo shop has sent.</summary>
public enum DemoPhase
{
    /// <summary>Everybody's sign-ins and the last weeks: the screens make sense.</summary>
    Recent,

    /// <summary>All of the history that was missing.</summary>
    History,

    /// <summary>What happens as it happens.</summary>
    Live,
}

/// <summary>How far the demo shop is.</summary>
public sealed record DemoProgress(DemoPhase Phase, long Sent);

/// <summary>
/// Runs the simulated shop against a dashboard's public API: first the history that is missing there, the last weeks
/// before the rest, then what happens as it happens. A second start on the same folder goes on; what it sends again is
/// known by its message id.
/// </summary>
public sealed class DemoShopRunner(DemoOptions options, string currency, ShopClock clock, TimeProvider time, string folder)
{
    private const int RecentDays = 35;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);
    private readonly PriorityQueue<DemoEvent, long> _coming = new();
    private readonly ConcurrentQueue<Func<DemoSimulation, DateTimeOffset, IReadOnlyList<DemoEvent>>> _asked = new();
    private List<DemoEvent>? _missing = [];
    private DateTimeOffset _started;
    private DemoState? _state;

    /// <summary>The shop as far as it has been lived, for exposures and for the truth; null before <see cref="Prepare"/>.</summary>
    public DemoSimulation? Simulation { get; private set; }

    /// <summary>Something that is to happen at the next moment of the live shop.</summary>
    /// <param name="happening">Gives the events that come of it.</param>
    public void Play(Func<DemoSimulation, DateTimeOffset, IReadOnlyList<DemoEvent>> happening) => _asked.Enqueue(happening);

    /// <summary>Lives the shop's days until now; needs no dashboard, so it can run while that starts.</summary>
    public void Prepare()
    {
        _started = time.GetUtcNow();
        _state = DemoState.Load(folder, options, clock.DateOf(_started));
        _state.Save(folder);
        Simulation = new DemoSimulation(_state.World(), clock);
        var (after, now) = (_state.SentThrough.ToUnixTimeMilliseconds(), _started.ToUnixTimeMilliseconds());
        while (Simulation.World.DateOf(Simulation.Day) <= clock.DateOf(_started))
        {
            foreach (var e in Simulation.NextDay())
            {
                if (e.At > now) _coming.Enqueue(e, e.At);
                else if (e.At > after) _missing!.Add(e);
            }
        }
    }

    /// <param name="http">With the dashboard's address as its base.</param>
    /// <param name="seed">Takes the catalogue and the stock.</param>
    /// <param name="mailed">Mails of the product's own campaigns since it was asked last.</param>
    public async Task RunAsync(HttpClient http, string writeKey, Func<IReadOnlyList<DemoCatalogItem>, Task>? seed, Action<DemoProgress>? progress, CancellationToken cancel, Func<CancellationToken, Task<IReadOnlyList<DemoMail>>>? mailed = null)
    {
        if (Simulation is null) Prepare();
        await using var sender = new BatchSender(http, writeKey, Simulation!.World, currency, time);
        if (seed is not null) await seed(Catalogue(Simulation));
        await BackfillAsync(sender, progress, cancel);
        await LiveAsync(Simulation, sender, options.ShowRecommendations ? new RecommendedBlock(http, writeKey, Simulation.World) : null, progress, mailed, cancel);
    }

    /// <summary>
    /// Sign-ins first, one batch after the other, because a dashboard keeps the traits that came last; the other events
    /// name their visit and may come in any order.
    /// </summary>
    private async Task BackfillAsync(BatchSender sender, Action<DemoProgress>? progress, CancellationToken cancel)
    {
        var recent = _started.AddDays(-RecentDays).ToUnixTimeMilliseconds();
        foreach (var batch in _missing!.Where(e => e.Type == "identify").Chunk(BatchSender.MostEvents))
        {
            foreach (var e in batch) await sender.PostAsync(e, cancel);
            await sender.FlushAsync(cancel);
        }
        foreach (var e in _missing!.Where(e => e.Type != "identify" && e.At > recent)) await sender.PostAsync(e, cancel);
        await sender.FlushAsync(cancel);
        progress?.Invoke(new DemoProgress(DemoPhase.Recent, sender.Sent));
        foreach (var e in _missing!.Where(e => e.Type != "identify" && e.At <= recent)) await sender.PostAsync(e, cancel);
        await sender.FlushAsync(cancel);
        _missing = null;
        Save(_started);
        progress?.Invoke(new DemoProgress(DemoPhase.History, sender.Sent));
    }

    private async Task LiveAsync(DemoSimulation simulation, BatchSender sender, RecommendedBlock? block, Action<DemoProgress>? progress, Func<CancellationToken, Task<IReadOnlyList<DemoMail>>>? mailed, CancellationToken cancel)
    {
        var minute = Minute(_started) - options.LiveLeadMinutes;
        var saved = _started;
        using var timer = new PeriodicTimer(Tick, time);
        do
        {
            var now = time.GetUtcNow();
            while (simulation.World.DateOf(simulation.Day) <= clock.DateOf(now))
            {
                foreach (var e in simulation.NextDay()) _coming.Enqueue(e, e.At);
            }
            foreach (var mail in mailed is null ? [] : await mailed(cancel))
                foreach (var e in simulation.Deliver(mail, now)) _coming.Enqueue(e, e.At);
            while (_asked.TryDequeue(out var happening))
                foreach (var e in happening(simulation, now)) _coming.Enqueue(e, e.At);
            minute = Math.Max(minute, Minute(now) - Math.Max(1, options.LiveLeadMinutes));
            for (; options.LiveEventsPerSecond > 0 && minute <= Minute(now); minute++)
            {
                foreach (var e in simulation.LiveMinute(DateTimeOffset.FromUnixTimeSeconds(minute * 60), Pace(minute))) _coming.Enqueue(e, e.At);
            }
            while (_coming.TryPeek(out var next, out var at) && at <= now.ToUnixTimeMilliseconds())
            {
                _coming.Dequeue();
                await sender.PostAsync(next, cancel);
                // Only what happens now: a list of this moment has no place in the past.
                if (block is null || at < _started.ToUnixTimeMilliseconds() || next is not ProductTouched { Name: ProductTouched.Viewed } page) continue;
                foreach (var e in await block.UnderAsync(page, cancel)) await sender.PostAsync(e, cancel);
            }
            await sender.FlushAsync(cancel);
            progress?.Invoke(new DemoProgress(DemoPhase.Live, sender.Sent));
            if (now - saved < TimeSpan.FromSeconds(10)) continue;
            Save(now);
            saved = now;
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    /// <summary>Events a second in a minute: before the start the pace rises, so that no window begins out of nothing.</summary>
    private double Pace(long minute)
    {
        var before = Math.Max(0, Minute(_started) - minute) / (double)Math.Max(1, options.LiveLeadMinutes);
        return options.LiveEventsPerSecond * (1 - 0.7 * Math.Min(1, before));
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
