using BehaviorDashboard.Contracts;
using BehaviorDashboard.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Segments;

/// <summary>Webhooks on entry to and exit from a segment.</summary>
public sealed class SegmentHooksModule : IModule
{
    private sealed record NewWebhook(string Url);

    public void AddServices(IServiceCollection services, IConfiguration configuration) => services.AddSingleton<IMembershipObserver, SegmentHooks>();

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v1/segments/{id:int}/webhooks").WithTags("Webhooks").RequireAuthorization(Access.AdminApi);
        api.MapGet("", async (int id, SegmentService segments, WebhookService webhooks, CancellationToken cancel) =>
            await segments.FindAsync(id, cancel) is null ? Missing(id) : Results.Ok(new { webhooks = await webhooks.EndpointsAsync(SegmentHooks.Owner(id), cancel) })).WithSummary("Receivers of a segment's entries and exits");
        api.MapPost("", AddAsync).WithSummary("Add a receiver").WithDescription("The answer holds the secret its messages are signed with; it is not shown again.");
    }

    private static async Task<IResult> AddAsync(int id, NewWebhook wanted, SegmentService segments, WebhookService webhooks, CancellationToken cancel)
    {
        if (await segments.FindAsync(id, cancel) is null) return Missing(id);
        var added = await webhooks.AddAsync(SegmentHooks.Owner(id), wanted.Url, cancel);
        return added.Endpoint is { } endpoint
            ? Results.Json(new { endpoint.Id, endpoint.Url, added.Secret }, statusCode: 201)
            : Results.Problem("The address cannot be called.", statusCode: 422, extensions: new Dictionary<string, object?> { ["code"] = added.Problem });
    }

    private static IResult Missing(int id) => Results.Problem($"There is no segment {id}.", statusCode: 404);
}
