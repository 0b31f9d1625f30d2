using System.Security.Claims;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace BehaviorDashboard.Accounts;

/// <summary>
/// Sign-in through an OpenID Connect provider: authorization code with PKCE. Who comes back with a confirmed e-mail address
/// is the account of that address, or gets one with the role the provider's claim names; the role of an account that
/// exists stays what the Admin made it.
/// </summary>
internal static class ExternalSignIn
{
    private const string Scheme = "oidc";
    private static readonly string[] ByPower = [Access.Admin, Access.Marketer, Access.Manager];

    public static void AddServices(IServiceCollection services, OidcOptions? oidc)
    {
        if (oidc is not { Enabled: true }) return;
        services.AddAuthentication().AddOpenIdConnect(Scheme, o =>
        {
            o.SignInScheme = IdentityConstants.ExternalScheme;
            (o.Authority, o.ClientId, o.ClientSecret, o.RequireHttpsMetadata) = (oidc.Authority, oidc.ClientId, oidc.ClientSecret.Length > 0 ? oidc.ClientSecret : null, oidc.RequireHttps);
            (o.ResponseType, o.ResponseMode, o.UsePkce, o.MapInboundClaims) = (OpenIdConnectResponseType.Code, OpenIdConnectResponseMode.Query, true, false);
            o.CallbackPath = "/auth/external/callback";
            // The provider comes back by a plain link, so the strict cookies of a cross-site form are not needed.
            foreach (var cookie in new[] { o.CorrelationCookie, o.NonceCookie }) (cookie.SameSite, cookie.SecurePolicy) = (SameSiteMode.Lax, CookieSecurePolicy.SameAsRequest);
            foreach (var scope in oidc.Scopes.Append("email")) o.Scope.Add(scope);
            o.Events.OnRemoteFailure = context =>
            {
                context.Response.Redirect("/login?failed=denied");
                context.HandleResponse();
                return Task.CompletedTask;
            };
        });
    }

    public static void Map(RouteGroupBuilder auth)
    {
        auth.MapGet("/external", (string? returnUrl, IOptions<AccountsOptions> options) => options.Value.Oidc.Enabled
            ? Results.Challenge(new AuthenticationProperties { RedirectUri = $"/auth/external/return?returnUrl={Uri.EscapeDataString(AuthApi.Local(returnUrl))}" }, [Scheme])
            : Results.LocalRedirect("/login"));
        auth.MapGet("/external/return", ReturnAsync);
    }

    private static async Task<IResult> ReturnAsync(string? returnUrl, SignIns signIns, SetupGate gate, AuditLog audit, TimeProvider time, IOptions<AccountsOptions> options, HttpContext http)
    {
        var outside = await http.AuthenticateAsync(IdentityConstants.ExternalScheme);
        await http.SignOutAsync(IdentityConstants.ExternalScheme);
        if (outside.Principal is not { } person) return Results.LocalRedirect("/login?failed=denied");
        // The first Admin comes by the printed link, whoever the provider knows.
        if (await gate.IsOpenAsync(http.RequestAborted)) return Results.LocalRedirect("/setup");
        var (account, why) = await FindOrCreateAsync(person, signIns.UserManager, options.Value.Oidc, time);
        if (account is not null && (!await signIns.CanSignInAsync(account) || await signIns.UserManager.IsLockedOutAsync(account))) why = "locked";
        if (account is null || why is not null)
        {
            await audit.RecordAsync(new AuditEntry("session.refused", account?.Id ?? "unknown", JsonSerializer.Serialize(new { why })), AuthApi.Nobody(http));
            return Results.LocalRedirect("/login?failed=denied");
        }
        if ((await signIns.VouchedSignInAsync(account)).RequiresTwoFactor) return Results.LocalRedirect($"/login/code?returnUrl={Uri.EscapeDataString(AuthApi.Local(returnUrl))}");
        await AuthApi.StartedAsync(account, "OpenID Connect", signIns, audit, time, http);
        return Results.LocalRedirect(AuthApi.Local(returnUrl));
    }

    private static async Task<(Account? Account, string? Why)> FindOrCreateAsync(ClaimsPrincipal person, UserManager<Account> users, OidcOptions oidc, TimeProvider time)
    {
        if (person.FindFirstValue("email") is not { Length: > 3 and <= 254 } email) return (null, "no e-mail address");
        // An address anybody may type at the provider must not open somebody else's account.
        if (!bool.TryParse(person.FindFirstValue("email_verified"), out var confirmed) || !confirmed) return (null, "e-mail address not confirmed");
        if (await users.FindByEmailAsync(email) is { } known) return (known, null);
        if (RoleOf(person, oidc) is not { } role) return (null, "no role");
        var account = new Account { Email = email, Name = person.FindFirstValue("name") is { Length: > 0 and <= 200 } name ? name : email, Role = role, CreatedAt = time.GetUtcNow() };
        return (await users.CreateAsync(account)).Succeeded ? (account, null) : (null, "not created");
    }

    private static string? RoleOf(ClaimsPrincipal person, OidcOptions oidc)
    {
        var named = person.FindAll(oidc.RoleClaim).Select(c => oidc.Roles.GetValueOrDefault(c.Value)).ToHashSet();
        return ByPower.FirstOrDefault(named.Contains) ?? (ByPower.Contains(oidc.DefaultRole) ? oidc.DefaultRole : null);
    }
}
