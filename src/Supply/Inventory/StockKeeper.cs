using BehaviorDashboard.Catalog;
using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Inventory;

/// <summary>
/// After each forecast: proposes what has to be ordered, and keeps how every product stood. Between forecasts it keeps those
/// that stand differently, within seconds of a count, an arrival or an order, and every quarter of an hour as units are sold:
/// what rules watch is what was kept, so that their back-test reads what they read.
/// </summary>
internal sealed partial class StockKeeper(ForecastService forecasts, StockService stock, SupplyCatalog catalog, ProposalService proposals, InventoryStore store, ShopClock clock, Node node, TimeProvider time, ILogger<StockKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(15);
    private const double Noticeable = 0.02;
    private readonly SemaphoreSlim _nudge = new(0);
    private readonly Dictionary<string, StockSnapshot> _kept = [];
    private string? _done;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => node.Schedule.WhileHeldAsync(RunWhileHeldAsync, stoppingToken);

    private async Task RunWhileHeldAsync(CancellationToken stoppingToken)
    {
        using var trained = forecasts.Running.Subscribe(TimeSpan.FromSeconds(2), () =>
        {
            _nudge.Release();
            return Task.CompletedTask;
        });
        using var counted = catalog.Changed.Subscribe(TimeSpan.FromSeconds(2), () =>
        {
            _nudge.Release();
            return Task.CompletedTask;
        });
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
                await KeepChangedAsync(stoppingToken);
                await _nudge.WaitAsync(Look, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                LogProblem(problem);
                await Task.Delay(Look, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Once for each run of the forecast.</summary>
    public async Task FollowAsync(CancellationToken cancel)
    {
        if (await forecasts.CardAsync(cancel) is not { } card || card.RunId == _done) return;
        var known = await store.SnapshotsAsync("", clock.Now.AddDays(-2), clock.Now, cancel);
        var runs = await forecasts.RunsAsync(cancel);
        var made = runs.FirstOrDefault(r => r.RunId == card.RunId)?.CreatedAt ?? clock.Now;
        if (known.All(s => s.AsOf < made))
        {
            await proposals.ProposeAsync(cancel);
            await KeepAsync(cancel);
        }
        _done = card.RunId;
    }

    /// <summary>Keeps the products that stand noticeably differently from what was kept; none before the first forecast.</summary>
    public async Task KeepChangedAsync(CancellationToken cancel)
    {
        if (_done is null) return;
        var now = clock.Now;
        if (_kept.Count == 0)
            foreach (var known in await store.LatestAsync(now.AddDays(-stock.Options.KeptDays), now, cancel)) _kept[known.ProductId] = known;
        var changed = (await StandingAsync(now, cancel)).Where(r => !_kept.TryGetValue(r.ProductId, out var before) || Differs(before, r)).ToList();
        if (changed.All(r => r.ProductId.Length == 0)) return;
        await PutAsync(now, changed, cancel);
    }

    private static bool Differs(StockSnapshot before, StockSnapshot now) => Math.Abs(now.Chance - before.Chance) >= Noticeable || now.OnHand > before.OnHand || (now.OnHand == 0) != (before.OnHand == 0)
        || Math.Abs((now.DaysOfSupply ?? 0) - (before.DaysOfSupply ?? 0)) >= Math.Max(1, 0.1 * (before.DaysOfSupply ?? 0)) || Math.Abs(now.LostMoney - before.LostMoney) > 0.1 * Math.Max(1, before.LostMoney);

    private async Task KeepAsync(CancellationToken cancel)
    {
        var now = clock.Now;
        await PutAsync(now, await StandingAsync(now, cancel), cancel);
    }

    private async Task<List<StockSnapshot>> StandingAsync(DateTimeOffset now, CancellationToken cancel)
    {
        var planned = (await stock.AllAsync(cancel)).Where(s => s is { Plan: not null, OnHand: not null });
        var rows = planned.Select(s => new StockSnapshot(s.Id, now, s.OnHand!.Value, s.Plan!.DaysOfSupply, s.Plan.Chance, s.Plan.LostUnits, (double)s.LostMoney)).ToList();
        rows.Add(new StockSnapshot("", now, rows.Sum(r => r.OnHand), null, rows.Count == 0 ? 0 : rows.Average(r => r.Chance), rows.Sum(r => r.LostUnits), rows.Sum(r => r.LostMoney)));
        return rows;
    }

    private async Task PutAsync(DateTimeOffset now, IReadOnlyCollection<StockSnapshot> rows, CancellationToken cancel)
    {
        await store.PutSnapshotsAsync(now, rows, now.AddDays(-stock.Options.KeptDays), cancel);
        foreach (var row in rows) _kept[row.ProductId] = row;
        stock.Kept.Raise();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What has to be ordered could not be worked out; it is tried again in a while.")]
    private partial void LogProblem(Exception problem);
}
