using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Shell;

/// <summary>For load balancers and supervisors: is the process alive, and can it reach its store.</summary>
internal static class Health
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/healthz", Methods, () => Results.Text("alive")).AllowAnonymous().DisableRateLimiting().ExcludeFromDescription();
        routes.MapMethods("/readyz", Methods, ReadyAsync).AllowAnonymous().DisableRateLimiting().ExcludeFromDescription();
    }

    private static async Task<IResult> ReadyAsync(Database database, EventWriter writer, Draining draining, ILogger<ShellModule> log, CancellationToken cancel)
    {
        if (draining.HasBegun) return Results.Text("going down", statusCode: StatusCodes.Status503ServiceUnavailable);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(Patience);
            await database.ScalarAsync<int>("select 1", cancel: patience.Token).WaitAsync(Patience, cancel);
            // Pages and figures can be read all the same: a load balancer must not take them away.
            return Results.Text(writer.DiskFull ? "ready to read; the disk of the store is full, nothing can be stored" : "ready");
        }
        catch (Exception problem) when (!cancel.IsCancellationRequested)
        {
            log.LogWarning(problem, "Not ready: the store does not answer.");
            return Results.Text("the store does not answer", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
