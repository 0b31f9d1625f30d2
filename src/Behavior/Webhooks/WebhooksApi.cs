using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.Webhooks;

/// <summary>Receivers over HTTP: how their messages fare, sending again, taking away. Each slice adds its own.</summary>
internal static class WebhooksApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v1/webhooks").WithTags("Webhooks").RequireAuthorization(Access.AdminApi);
        api.MapGet("/{id:int}", FindAsync).WithSummary("A receiver and how many messages wait, were delivered or given up");
        api.MapGet("/{id:int}/deliveries", DeliveriesAsync).WithSummary("Its newest messages with the last attempt").WithDescription("state: waiting, delivered or dead; limit at most 1,000.");
        api.MapPost("/{id:int}/resend", ResendAsync).WithSummary("Send messages again that were given up").WithDescription("message: one of them; without it all.");
        api.MapDelete("/{id:int}", RemoveAsync).WithSummary("Take a receiver away with its messages");
    }

    private static async Task<IResult> FindAsync(int id, WebhookService webhooks, CancellationToken cancel) => await webhooks.FindAsync(id, cancel) is { } endpoint ? Results.Ok(endpoint) : Missing(id);

    private static async Task<IResult> DeliveriesAsync(int id, string? state, int? limit, WebhookService webhooks, CancellationToken cancel)
    {
        if (await webhooks.FindAsync(id, cancel) is null) return Missing(id);
        if (limit is < 1 or > 1_000 || state is not (null or "waiting" or "delivered" or "dead")) return Results.Problem("limit must be 1 to 1000; state waiting, delivered or dead.", statusCode: 400);
        return Results.Ok(new { deliveries = await webhooks.DeliveriesAsync(id, state, limit ?? 100, cancel) });
    }

    private static async Task<IResult> ResendAsync(int id, string? message, WebhookService webhooks, CancellationToken cancel) =>
        await webhooks.FindAsync(id, cancel) is { } endpoint ? Results.Ok(new { messages = await webhooks.SendAgainAsync(endpoint, message, cancel) }) : Missing(id);

    private static async Task<IResult> RemoveAsync(int id, WebhookService webhooks, CancellationToken cancel)
    {
        if (await webhooks.FindAsync(id, cancel) is not { } endpoint) return Missing(id);
        await webhooks.RemoveAsync(endpoint, cancel);
        return Results.NoContent();
    }

    private static IResult Missing(int id) => Results.Problem($"There is no webhook {id}.", statusCode: 404);
}
