using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Accounts;

/// <summary>How often one address may try to sign in.</summary>
internal sealed class AuthLimits(IOptions<AccountsOptions> accounts) : IConfigureOptions<RateLimiterOptions>
{
    public void Configure(RateLimiterOptions options) => options.AddPolicy(AuthApi.RateLimit, http =>
        RateLimitPartition.GetFixedWindowLimiter(http.Connection.RemoteIpAddress?.ToString() ?? "", _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = accounts.Value.AuthPostsPerMinute,
            Window = TimeSpan.FromMinutes(1),
        }));
}
