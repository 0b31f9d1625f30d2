using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Look;
using BehaviorDashboard.Nodes;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Shell;

/// <summary>The frame around every page, and what every request passes through.</summary>
public sealed class ShellModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddProxies(configuration);
        services.TryAddSingleton<TimeProvider>(new NodeClock(TimeProvider.System));
        services.TryAddSingleton(provider =>
        {
            var shop = provider.GetRequiredService<IOptions<ShopOptions>>().Value;
            return new ShopClock(provider.GetRequiredService<TimeProvider>(), TimeZoneInfo.FindSystemTimeZoneById(shop.TimeZone), shop.AsOf);
        });
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
        services.AddHttpContextAccessor();
        services.AddLook();
        services.Configure<RequestLocalizationOptions>(CultureEndpoint.Configure);
        services.AddAuthentication();
        services.AddAuthorization();
        services.AddAntiforgery();
        services.AddProblemDetails();
        services.AddRequestDecompression();
        services.AddRateLimiter(_ => { });
        services.AddCors();
        services.AddTelemetry(configuration);
        services.AddSingleton<Draining>();
        services.AddHostedService(provider => provider.GetRequiredService<Draining>());
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        routes.MapStaticAssets().AllowAnonymous();
        CultureEndpoint.Map(routes);
        Health.Map(routes);
        routes.MapRazorComponents<App>().AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null).AddAdditionalAssemblies([.. PageAssemblies.Additional]);
    }
}
