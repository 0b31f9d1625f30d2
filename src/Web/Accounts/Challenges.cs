using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace BehaviorDashboard.Accounts;

/// <summary>What happens without a session: a browser that asks for a page is led to the sign-in, or to the set-up; a program gets its status.</summary>
internal static class Challenges
{
    public static async Task SignInAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (!WantsPage(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        var gate = context.HttpContext.RequestServices.GetRequiredService<SetupGate>();
        context.Response.Redirect(await gate.IsOpenAsync(context.HttpContext.RequestAborted) ? "/setup" : context.RedirectUri);
    }

    public static Task DenyAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private static bool WantsPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
