using System.Security.Claims;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace BehaviorDashboard.Accounts;

/// <summary>
/// Where the sign-in forms post to. Plain forms with an antiforgery token, because a cookie needs a response of its own;
/// every failure to sign in says the same.
/// </summary>
internal static class AuthApi
{
    public const string RateLimit = "auth";
    private const int LongestField = 256;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth").AllowAnonymous().RequireRateLimiting(RateLimit).ExcludeFromDescription().WithMetadata(new RequestSizeLimitAttribute(16 * 1024));
        auth.MapPost("/login", SignInAsync);
        auth.MapPost("/two-factor", SecondFactorAsync);
        auth.MapPost("/logout", SignOutAsync);
        auth.MapPost("/setup", SetupAsync);
        auth.MapPost("/password", SetPasswordAsync);
        ExternalSignIn.Map(auth);
    }

    /// <summary>A path on this host, or the first page.</summary>
    public static string Local(string? url) =>
        url is ['/', ..] && !url.StartsWith("//", StringComparison.Ordinal) && !url.StartsWith("/\\", StringComparison.Ordinal) && !url.Any(char.IsControl) ? url : "/";

    private static async Task<IResult> SignInAsync([FromForm] string? email, [FromForm] string? password, [FromForm] string? remember, [FromForm] string? returnUrl,
        SignIns signIns, SetupGate gate, AuditLog audit, TimeProvider time, HttpContext http)
    {
        if (await gate.IsOpenAsync(http.RequestAborted)) return Results.LocalRedirect("/setup");
        var again = $"/login?failed=1&returnUrl={Uri.EscapeDataString(Local(returnUrl))}";
        if (email is not { Length: > 0 and <= LongestField } || password is not { Length: > 0 and <= LongestField }) return Results.LocalRedirect(again);

        var result = await signIns.PasswordSignInAsync(email.Trim(), password, remember is not null, lockoutOnFailure: true);
        var account = await signIns.UserManager.FindByEmailAsync(email.Trim());
        if (result.RequiresTwoFactor) return Results.LocalRedirect($"/login/code?returnUrl={Uri.EscapeDataString(Local(returnUrl))}");
        if (!result.Succeeded)
        {
            var why = result.IsLockedOut ? "locked" : result.IsNotAllowed ? "not_allowed" : "wrong";
            await audit.RecordAsync(new AuditEntry("session.refused", account?.Id ?? "unknown", JsonSerializer.Serialize(new { why })), Nobody(http));
            return Results.LocalRedirect(again);
        }
        await StartedAsync(account!, "password", signIns, audit, time, http);
        return Results.LocalRedirect(Local(returnUrl));
    }

    private static async Task<IResult> SecondFactorAsync([FromForm] string? code, [FromForm] string? returnUrl, SignIns signIns, AuditLog audit, TimeProvider time, HttpContext http)
    {
        var account = await signIns.GetTwoFactorAuthenticationUserAsync();
        if (account is null) return Results.LocalRedirect("/login");
        var digits = new string([.. (code ?? "").Take(LongestField).Where(c => !char.IsWhiteSpace(c) && c != '-')]);
        var result = digits.Length == 6
            ? await signIns.TwoFactorAuthenticatorSignInAsync(digits, isPersistent: false, rememberClient: false)
            : await signIns.TwoFactorRecoveryCodeSignInAsync((code ?? "").Trim());
        if (!result.Succeeded)
        {
            await audit.RecordAsync(new AuditEntry("session.refused", account.Id, JsonSerializer.Serialize(new { why = "second factor" })), Nobody(http));
            return Results.LocalRedirect($"/login/code?failed=1&returnUrl={Uri.EscapeDataString(Local(returnUrl))}");
        }
        await StartedAsync(account, "second factor", signIns, audit, time, http);
        return Results.LocalRedirect(Local(returnUrl));
    }

    private static async Task<IResult> SignOutAsync(SignIns signIns, IAuditLog audit, HttpContext http)
    {
        if (http.User.FindFirst(ClaimTypes.NameIdentifier)?.Value is { } id) await audit.RecordAsync(new AuditEntry("session.ended", id));
        await signIns.SignOutAsync();
        return Results.LocalRedirect("/login");
    }

    private static async Task<IResult> SetupAsync([FromForm] string? code, [FromForm] string? email, [FromForm] string? name, [FromForm] string? password, [FromForm] string? repeat,
        SetupGate gate, SignIns signIns, AuditLog audit, TimeProvider time, HttpContext http)
    {
        if (!await gate.AdmitsAsync(code, http.RequestAborted)) return Results.LocalRedirect("/setup");
        var again = $"/setup?code={Uri.EscapeDataString(code!)}&problem=";
        if (email is not { Length: > 0 and <= LongestField } || (name?.Length ?? 0) > LongestField || password is not { Length: <= LongestField }) return Results.LocalRedirect(again + "InvalidEmail");
        if (password != repeat) return Results.LocalRedirect(again + "PasswordMismatch");
        var (account, problems) = await gate.CreateAdminAsync(signIns.UserManager, email, name ?? "", password, "link", http.RequestAborted);
        if (account is null) return Results.LocalRedirect(problems.Contains("SetupClosed") ? "/login" : again + Uri.EscapeDataString(problems[0]));
        await signIns.SignInAsync(account, isPersistent: false);
        await StartedAsync(account, "set-up", signIns, audit, time, http);
        return Results.LocalRedirect("/");
    }

    private static async Task<IResult> SetPasswordAsync([FromForm] string? id, [FromForm] string? token, [FromForm] string? password, [FromForm] string? repeat,
        SignIns signIns, AuditLog audit, TimeProvider time, HttpContext http)
    {
        var back = $"/set-password?id={Uri.EscapeDataString(id ?? "")}&token={Uri.EscapeDataString(token ?? "")}&problem=";
        if (password is not { Length: > 0 and <= LongestField } || password != repeat) return Results.LocalRedirect(back + "PasswordMismatch");
        var account = id is { Length: <= 64 } ? await signIns.UserManager.FindByIdAsync(id) : null;
        if (account is null || token is null || !await signIns.CanSignInAsync(account)) return Results.LocalRedirect(back + "InvalidToken");
        var result = await signIns.UserManager.ResetPasswordAsync(account, token, password);
        if (!result.Succeeded) return Results.LocalRedirect(back + Uri.EscapeDataString(result.Errors.First().Code));
        await audit.RecordAsync(new AuditEntry("account.password_set", account.Id), new AuditActor(AuditActor.Person, account.Id, account.Name, Nobody(http).Ip));
        if (await signIns.UserManager.IsLockedOutAsync(account) || account.TwoFactor) return Results.LocalRedirect("/login");
        await signIns.SignInAsync(account, isPersistent: false);
        await StartedAsync(account, "one-time link", signIns, audit, time, http);
        return Results.LocalRedirect("/");
    }

    internal static async Task StartedAsync(Account account, string how, SignIns signIns, AuditLog audit, TimeProvider time, HttpContext http)
    {
        account = await signIns.UserManager.FindByIdAsync(account.Id) ?? account;
        account.LastSignInAt = time.GetUtcNow();
        await signIns.UserManager.UpdateAsync(account);
        await audit.RecordAsync(new AuditEntry("session.started", account.Id, JsonSerializer.Serialize(new { how })),
            new AuditActor(AuditActor.Person, account.Id, account.Name, Nobody(http).Ip));
    }

    internal static AuditActor Nobody(HttpContext http) => AuditActor.Of(new ClaimsPrincipal(), http.Connection.RemoteIpAddress);
}
