namespace BehaviorDashboard.Shell;

/// <summary>
/// PostgreSQL refuses a NUL in every text: a query string with one is answered 400 before it becomes a failed query.
/// Paths with one are refused by the framework, bodies are checked where they are read.
/// </summary>
internal static class AddressGuard
{
    public static void UseAddressGuard(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (!(http.Request.QueryString.Value ?? "").Contains("%00", StringComparison.Ordinal)) return next(http);
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.CompletedTask;
    });
}
