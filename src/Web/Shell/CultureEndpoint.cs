using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Localization;

namespace BehaviorDashboard.Shell;

/// <summary>Languages of requests: the reader's choice from a cookie, else what the browser asks for.</summary>
internal static class CultureEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/culture/{culture}", Choose).AllowAnonymous().ExcludeFromDescription();

    public static void Configure(RequestLocalizationOptions options)
    {
        string[] names = [.. Languages.All.Select(l => l.Culture)];
        options.SetDefaultCulture(Languages.English).AddSupportedCultures(names).AddSupportedUICultures(names);
        options.RequestCultureProviders = [new CookieRequestCultureProvider(), new CustomRequestCultureProvider(FromBrowser)];
    }

    private static IResult Choose(string culture, string? returnUrl, HttpContext http)
    {
        if (Languages.All.All(l => l.Culture != culture)) return Results.NotFound();
        var value = CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(culture));
        http.Response.Cookies.Append(CookieRequestCultureProvider.DefaultCookieName, value,
            new CookieOptions { MaxAge = TimeSpan.FromDays(365), IsEssential = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, HttpOnly = true });
        return Results.LocalRedirect(IsLocal(returnUrl) ? returnUrl! : "/");
    }

    /// <summary>A path on this host: never another origin, however it is written.</summary>
    private static bool IsLocal(string? url) =>
        url is ['/', ..] && !url.StartsWith("//", StringComparison.Ordinal) && !url.StartsWith("/\\", StringComparison.Ordinal) && !url.Any(char.IsControl);

    private static Task<ProviderCultureResult?> FromBrowser(HttpContext http)
    {
        var wanted = http.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(l => l.Quality ?? 1)
            .Select(l => Languages.For(l.Value.ToString())).FirstOrDefault(l => l is not null);
        return Task.FromResult(wanted is null ? null : new ProviderCultureResult(wanted));
    }
}
