namespace BehaviorDashboard.Api;

/// <summary>Writes down now and then when each key was last used, so that a request does not have to.</summary>
internal sealed class LastUsedWriter(ApiKeys keys, TimeProvider time, ILogger<LastUsedWriter> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await SaveAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            await SaveAsync(CancellationToken.None);
        }
    }

    private async Task SaveAsync(CancellationToken cancel)
    {
        try
        {
            await keys.SaveLastUsedAsync(cancel);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            log.LogWarning(problem, "When API keys were last used could not be written; the next try follows.");
        }
    }
}
