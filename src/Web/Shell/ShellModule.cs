using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Shell;

/// <summary>The frame around every page, and what every request passes through.</summary>
public sealed class ShellModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new ShopClock(
            provider.GetRequiredService<TimeProvider>(),
            TimeZoneInfo.FindSystemTimeZoneById(provider.GetRequiredService<IOptions<ShopOptions>>().Value.TimeZone)));
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
        services.AddHttpContextAccessor();
        services.AddLook();
        services.Configure<RequestLocalizationOptions>(CultureEndpoint.Configure);
        services.Configure<ForwardedHeadersOptions>(BelieveProxy);
        services.AddAuthentication();
        services.AddAuthorization();
        services.AddAntiforgery();
        services.AddProblemDetails();
        services.AddRequestDecompression();
        services.AddRateLimiter(_ => { });
        services.AddCors();
        services.AddTelemetry(configuration);
    }

    /// <summary>Only in use when the settings say that a proxy stands in front, wherever on the network it is.</summary>
    private static void BelieveProxy(ForwardedHeadersOptions options)
    {
        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        routes.MapStaticAssets().AllowAnonymous();
        CultureEndpoint.Map(routes);
        Health.Map(routes);
        routes.MapRazorComponents<App>().AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null).AddAdditionalAssemblies([.. PageAssemblies.Additional]);
    }
}
