using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Ids;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Inventory;

/// <summary>After each forecast: proposes what has to be ordered, and keeps how every product stood.</summary>
internal sealed partial class StockKeeper(ForecastService forecasts, StockService stock, ProposalService proposals, InventoryStore store, ShopClock clock, TimeProvider time, ILogger<StockKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(15);
    private readonly SemaphoreSlim _nudge = new(0);
    private string? _done;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var trained = forecasts.Running.Subscribe(TimeSpan.FromSeconds(2), () =>
        {
            _nudge.Release();
            return Task.CompletedTask;
        });
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
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

    private async Task KeepAsync(CancellationToken cancel)
    {
        var now = clock.Now;
        var planned = (await stock.AllAsync(cancel)).Where(s => s is { Plan: not null, OnHand: not null }).ToList();
        var rows = planned.Select(s => new StockSnapshot(s.Id, now, s.OnHand!.Value, s.Plan!.DaysOfSupply, s.Plan.Chance, s.Plan.LostUnits, (double)s.LostMoney)).ToList();
        rows.Add(new StockSnapshot("", now, rows.Sum(r => r.OnHand), null, rows.Count == 0 ? 0 : rows.Average(r => r.Chance), rows.Sum(r => r.LostUnits), rows.Sum(r => r.LostMoney)));
        await store.PutSnapshotsAsync(now, rows, now.AddDays(-stock.Options.KeptDays), cancel);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What has to be ordered could not be worked out; it is tried again in a while.")]
    private partial void LogProblem(Exception problem);
}
