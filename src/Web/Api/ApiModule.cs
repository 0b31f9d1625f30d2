using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Authentication;

namespace BehaviorDashboard.Api;

/// <summary>What programs need: API keys, limits, problem details, the description of the API.</summary>
public sealed class ApiModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        // A malformed request is the caller's fault in development too: 400, not an exception.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = false);
        services.AddMigrations<ApiModule>("Api");
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<IApiKeys>(provider => provider.GetRequiredService<ApiKeys>());
        services.AddHostedService<LastUsedWriter>();
        services.AddSingleton<ICommand, KeysCommand>();
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(Access.ApiKeyScheme, null);
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        KeysApi.Map(routes);
    }
}
