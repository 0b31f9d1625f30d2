namespace BehaviorDashboard.Api;

/// <summary>Every error of the API has a body that says what is wrong (RFC 9457), also where the framework answers.</summary>
internal static class ApiProblems
{
    public static bool IsApi(PathString path) => path.StartsWithSegments("/api", StringComparison.Ordinal) || path.StartsWithSegments("/v1", StringComparison.Ordinal);

    public static void UseApiProblems(this IApplicationBuilder app) => app.UseWhen(http => IsApi(http.Request.Path), api => api.UseStatusCodePages());

    public static void Describe(ProblemDetailsContext context)
    {
        context.ProblemDetails.Instance ??= context.HttpContext.Request.Path;
        context.ProblemDetails.Detail ??= context.ProblemDetails.Status switch
        {
            StatusCodes.Status401Unauthorized => "No API key, or one that is unknown or revoked. Send it as Authorization: Bearer, as Basic user with an empty password, or as X-Api-Key.",
            StatusCodes.Status403Forbidden => "This key or person may not do this.",
            StatusCodes.Status404NotFound => "There is nothing at this address.",
            StatusCodes.Status415UnsupportedMediaType => "Send the body as application/json.",
            _ => null,
        };
    }
}
