using System.Threading.RateLimiting;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Recommendations;

/// <summary>Lists over HTTP: for the shop's servers by a read key, for shoppers' browsers by the write key that stands in the page anyway.</summary>
internal static class RecommendationsApi
{
    public const string Cors = "recommendations";
    public const string ShopLimit = "recommendations-shop";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/recommendations", ForServersAsync).RequireAuthorization(Access.ReadApi).WithTags("Recommendations").WithSummary("Recommended products")
            .WithDescription("user_id or anonymous_id: whom for. product_id: for similar and bought_together. kind: for_you, similar, bought_together, recently_viewed, popular. limit: 1 to 50. "
                + "placement: where it stands. strategy: an id; left out, a running test or the strategy in use decides. explain=true: components, rules and what was left out. Send recommendation_id back with Recommendation Viewed and Recommendation Clicked.");
        routes.MapGet("/v1/shop/recommendations", ForBrowsersAsync).RequireCors(Cors).RequireRateLimiting(ShopLimit).RequireAuthorization(Access.SendEvents).WithTags("Recommendations").WithSummary("Recommended products, asked by a shopper's browser")
            .WithDescription("With a write key. Names the visitor by anonymous_id alone, which only their own browser knows; who signed in there is found by it. user_id is refused: anybody could ask for anybody.");
    }

    private static async Task<IResult> ForServersAsync(RecommendationService service, string? user_id, string? anonymous_id, string? product_id, string? kind, int? limit, string? placement, int? strategy, bool? explain, CancellationToken cancel)
    {
        if (user_id is not null && PersonKey.IsAnonymous(user_id)) return Wrong($"user_id does not begin with '{PersonKey.AnonymousPrefix}': send anonymous_id.");
        return await AnswerAsync(service, user_id ?? (anonymous_id is null ? null : PersonKey.OfAnonymous(anonymous_id)), product_id, kind, limit, placement, strategy, explain ?? false, cancel);
    }

    private static async Task<IResult> ForBrowsersAsync(RecommendationService service, HttpContext http, string? anonymous_id, string? product_id, string? kind, int? limit, string? placement, CancellationToken cancel)
    {
        if (http.Request.Query.ContainsKey("user_id")) return Results.Problem("A write key asks by anonymous_id: with user_id anybody could read anybody's interests. Servers ask /v1/recommendations with a read key.", statusCode: 403);
        http.Response.Headers.CacheControl = "no-store";
        return await AnswerAsync(service, anonymous_id is null ? null : PersonKey.OfAnonymous(anonymous_id), product_id, kind, limit, placement, null, explain: false, cancel);
    }

    private static async Task<IResult> AnswerAsync(RecommendationService service, string? person, string? product, string? kind, int? limit, string? placement, int? strategy, bool explain, CancellationToken cancel)
    {
        var wanted = kind ?? (product is null ? ListKinds.ForYou : ListKinds.Similar);
        if (!ListKinds.All.Contains(wanted)) return Wrong($"kind is one of {string.Join(", ", ListKinds.All)}.");
        if (ListKinds.NeedsProduct(wanted) && string.IsNullOrEmpty(product)) return Wrong($"product_id is needed for {wanted}.");
        if (limit is < 1 or > RecommendationRequest.MostItems) return Wrong($"limit is between 1 and {RecommendationRequest.MostItems}.");
        if (placement is not null && !RecommendationRequest.IsPlacement(placement)) return Wrong("placement has small letters, digits, dash and underscore, at most 40.");
        if (person?.Length > 300 || product?.Length > 255) return Wrong("An id is longer than 255 characters.");
        var list = await service.RecommendAsync(new RecommendationRequest(wanted, string.IsNullOrEmpty(person) ? null : person, product, limit ?? 10, placement ?? RecommendationRequest.AnyPlacement, strategy, null, explain), cancel);
        return Results.Ok(new
        {
            recommendation_id = list.Id, list.Kind, list.Placement, list.Strategy, list.Experiment, list.Personal, model_version = list.Model, as_of = list.AsOf,
            items = list.Items.Select((p, n) => new
            {
                position = n + 1, product_id = p.ProductId, p.Title, p.Category, p.Brand, p.Price, p.Currency, p.Url, image_url = p.ImageUrl, p.Score,
                reason = new { p.Reason.Code, product_id = p.Reason.ProductId, product_title = p.Reason.ProductTitle, en = p.Reason.English, zh = p.Reason.Chinese }, why = p.Why,
            }),
            dropped = explain ? list.Dropped : null,
        });
    }

    private static IResult Wrong(string detail) => Results.Problem(detail, statusCode: 400);
}

/// <summary>How often one address may ask with a write key: the key is everybody's.</summary>
internal sealed class ShopLimits(IOptions<RecommendationsOptions> options) : IConfigureOptions<RateLimiterOptions>
{
    public void Configure(RateLimiterOptions limits) => limits.AddPolicy(RecommendationsApi.ShopLimit, http =>
        RateLimitPartition.GetTokenBucketLimiter(http.Connection.RemoteIpAddress?.ToString() ?? "", _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = Math.Max(options.Value.ShopBurst, options.Value.ShopRequestsPerSecond), TokensPerPeriod = options.Value.ShopRequestsPerSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), AutoReplenishment = true,
        }));
}
