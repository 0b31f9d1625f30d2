using BehaviorDashboard.Learning;
using BehaviorDashboard.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Forecasting;

/// <summary>Sees to it that products are forecast every night, and as soon as there is something to forecast from.</summary>
internal sealed partial class ForecastNights(TrainingService training, ModelRegistry registry, DemandStore demand, Node node, TimeProvider time, ILogger<ForecastNights> logger) : BackgroundService
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => node.Schedule.WhileHeldAsync(RunWhileHeldAsync, stoppingToken);

    private async Task RunWhileHeldAsync(CancellationToken stoppingToken)
    {
        // A training that was refused for want of sales is asked for again ever more seldom.
        var again = Look;
        var next = DateTimeOffset.MinValue;
        await Task.Delay(Settled, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if ((await training.SchedulesAsync(stoppingToken)).All(s => s.Kind != ForecastModel.Kind)) await training.ScheduleAsync(ForecastModel.Kind, 1, stoppingToken);
                if (await registry.ChampionAsync(ForecastModel.Kind, stoppingToken) is not null) return;
                if (time.GetUtcNow() >= next && await demand.FirstSaleAsync(stoppingToken) is { } first && first < time.GetUtcNow().AddDays(-28))
                {
                    await training.QueueAsync(ForecastModel.Kind, cancel: stoppingToken);
                    again = again * 4 < Longest ? again * 4 : Longest;
                    next = time.GetUtcNow() + again;
                }
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                LogProblem(problem);
            }
            await Task.Delay(Look, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whether products have to be forecast could not be looked up.")]
    private partial void LogProblem(Exception problem);
}
