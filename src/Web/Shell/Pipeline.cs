namespace BehaviorDashboard.Shell;

/// <summary>What every request passes, outermost first.</summary>
internal static class Pipeline
{
    public static void UseShell(this WebApplication app)
    {
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseRouting();
        app.UseCors();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
        app.UseRequestDecompression();
        app.UseAntiforgery();
    }
}
