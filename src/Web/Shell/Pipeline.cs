using BehaviorDashboard.Accounts;
using BehaviorDashboard.Api;

namespace BehaviorDashboard.Shell;

/// <summary>What every request passes, outermost first.</summary>
internal static class Pipeline
{
    public static void UseShell(this WebApplication app)
    {
        if (app.Configuration.GetValue<bool>(Proxies.SwitchKey)) app.UseForwardedHeaders();
        app.Use(app.Services.GetRequiredService<Draining>().CarryAsync);
        app.UseHsts();
        app.UseSecurityHeaders();
        app.UseRequestLocalization();
        app.UseExceptionHandler();
        app.UseWhen(IsForPeople, people =>
        {
            people.UseExceptionHandler("/error", createScopeForErrors: true);
            people.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        });
        app.UseApiProblems();
        app.UseAddressGuard();
        app.UseRouting();
        app.UseCors();
        app.UseOriginGuard();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
        app.UseRequestDecompression();
        app.UseAntiforgery();
    }

    /// <summary>A browser asking for a page; everybody else gets the bare status.</summary>
    private static bool IsForPeople(HttpContext http) =>
        HttpMethods.IsGet(http.Request.Method) && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
