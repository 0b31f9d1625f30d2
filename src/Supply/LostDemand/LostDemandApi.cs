using BehaviorDashboard.Contracts;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.LostDemand;

/// <summary>Lost demand over HTTP.</summary>
internal static class LostDemandApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v1/supply").RequireAuthorization(Access.ReadApi).WithTags("Demand and stock");
        api.MapGet("/lost-demand", ReadAsync).WithSummary("What was wanted and not there").WithDescription("days: 1 to 366 shop days up to now, 30 when left out. Worked out anew when the last answer is older than five minutes; asOf says of when it is.");
        api.MapGet("/returning", (LostDemandService lost, CancellationToken cancel) => lost.Returning.ReadAsync(LostDemandService.WaitingDays, cancel)).WithSummary("Products people waited for that arrive soon, and for how many people they are enough");
    }

    private static async Task<IResult> ReadAsync(LostDemandService lost, int? days, CancellationToken cancel) => days is < 1 or > 366 ? Results.Problem("days is between 1 and 366.", statusCode: 400)
        : Results.Ok(await lost.Lost.ReadAsync(RangeKey.Days(days ?? 30), cancel));
}
