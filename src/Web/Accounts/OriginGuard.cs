namespace BehaviorDashboard.Accounts;

/// <summary>
/// Refuses a changing request that a browser sends with our session from somebody else's page. Forms carry an
/// antiforgery token as well; this also covers calls with a JSON body.
/// </summary>
internal static class OriginGuard
{
    public static void UseOriginGuard(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        var request = http.Request;
        var harmless = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        if (harmless && !http.WebSockets.IsWebSocketRequest) return next(http);
        if (!request.Cookies.ContainsKey(AccountsModule.SessionCookie) || IsOurs(request)) return next(http);
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    });

    /// <summary>No Origin header: not a page's doing. A program with a stolen cookie is not what this guards against.</summary>
    private static bool IsOurs(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0) return Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority.Equals(Authority(request), StringComparison.OrdinalIgnoreCase);
        return request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
    }

    private static string Authority(HttpRequest request) =>
        request.Host.Port is { } port && port != (request.IsHttps ? 443 : 80) ? request.Host.Value ?? "" : request.Host.Host;
}
