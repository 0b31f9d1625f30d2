using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using BehaviorDashboard.Accounts;
using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Api;

/// <summary>Signs a request in by its API key: <c>Authorization: Bearer</c>, Basic user with an empty password, or <c>X-Api-Key</c>.</summary>
internal sealed class ApiKeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, IApiKeys keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    private const int Longest = 512;

    /// <summary>The key a request presents, or null. Not in the address: addresses end up in logs.</summary>
    public static string? Presented(HttpRequest request)
    {
        if (request.Headers["X-Api-Key"].ToString() is { Length: > 0 and <= Longest } header) return header;
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var given) || given.Parameter is not { Length: > 0 and <= Longest } value) return null;
        if (given.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) return value;
        if (!given.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) return null;
        Span<byte> bytes = stackalloc byte[Longest];
        if (!Convert.TryFromBase64String(value, bytes, out var length)) return null;
        var pair = Encoding.UTF8.GetString(bytes[..length]);
        return pair.EndsWith(':') ? pair[..^1] : null;
    }

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Presented(Request) is not { } presented) return AuthenticateResult.NoResult();
        if (await keys.FindAsync(presented, Context.RequestAborted) is not { } key) return AuthenticateResult.Fail("The API key is unknown or revoked.");
        var identity = new ClaimsIdentity(Access.ApiKeyScheme);
        identity.AddClaim(new Claim(AuditActor.KeyClaim, key.Id));
        identity.AddClaim(new Claim(ClaimTypes.Name, key.Name));
        foreach (var scope in key.Scopes) identity.AddClaim(new Claim(Access.ScopeClaim, scope));
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Access.ApiKeyScheme));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // A browser that was led to the sign-in page by the cookie's challenge goes there.
        if (Response.StatusCode == StatusCodes.Status302Found) return Task.CompletedTask;
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer realm=\"BehaviorDashboard\"";
        return Task.CompletedTask;
    }
}
