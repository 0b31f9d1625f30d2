using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MudBlazor.Services;

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
        services.AddMudServices();
        services.AddLocalization();
        services.AddAuthentication();
        services.AddAuthorization();
        services.AddAntiforgery();
        services.AddProblemDetails();
        services.AddRequestDecompression();
        services.AddRateLimiter(_ => { });
        services.AddCors();
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        routes.MapStaticAssets();
        routes.MapRazorComponents<App>().AddInteractiveServerRenderMode().AddAdditionalAssemblies([.. PageAssemblies.Additional]);
    }
}
