using System.Globalization;
using System.Threading.RateLimiting;
using BehaviorDashboard.Accounts;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Api;

/// <summary>A bucket of requests for each key; who brings none shares the bucket of the address. Pages are not limited.</summary>
internal sealed class ApiLimits(IOptions<ApiOptions> api) : IConfigureOptions<RateLimiterOptions>
{
    public void Configure(RateLimiterOptions options)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = RefuseAsync;
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
            ApiProblems.IsApi(http.Request.Path) ? RateLimitPartition.GetTokenBucketLimiter(Caller(http), _ => Bucket()) : RateLimitPartition.GetNoLimiter(""));
    }

    private TokenBucketRateLimiterOptions Bucket() => new()
    {
        TokenLimit = Math.Max(api.Value.Burst, api.Value.RequestsPerSecond),
        TokensPerPeriod = api.Value.RequestsPerSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        AutoReplenishment = true,
    };

    private static string Caller(HttpContext http) =>
        http.User.FindFirst(AuditActor.KeyClaim) is { } key ? "key:" + key.Value : "ip:" + http.Connection.RemoteIpAddress;

    private static async ValueTask RefuseAsync(OnRejectedContext context, CancellationToken cancel)
    {
        var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        context.HttpContext.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await context.HttpContext.RequestServices.GetRequiredService<IProblemDetailsService>().TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = context.HttpContext,
            ProblemDetails = { Status = StatusCodes.Status429TooManyRequests, Detail = "Too many requests. Wait as long as Retry-After says." },
        });
    }
}
