using BehaviorDashboard.Api.Pages;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Api;

/// <summary>What programs need: API keys, limits, problem details, the description of the API.</summary>
public sealed class ApiModule : IModule
{
    internal const string Document = "v1";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ApiOptions>().Bind(configuration.GetSection(ApiOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        // A malformed request is the caller's fault in development too: 400, not an exception.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = false);
        services.AddMigrations<ApiModule>("Api");
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<IEventSources, KeySources>();
        services.AddSingleton<IApiKeys>(provider => provider.GetRequiredService<ApiKeys>());
        services.AddHostedService<LastUsedWriter>();
        services.AddSingleton<ICommand, KeysCommand>();
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(Access.ApiKeyScheme, null);
        services.AddProblemDetails(options => options.CustomizeProblemDetails = ApiProblems.Describe);
        services.AddSingleton<IConfigureOptions<RateLimiterOptions>, ApiLimits>();
        services.AddOpenApi(Document, OpenApiSecurity.Configure);
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        KeysApi.Map(routes);
        routes.MapOpenApi().AllowAnonymous();
    }

    public IEnumerable<NavEntry> Navigation =>
    [
        new("developers", "Nav.ApiReference", ApiIcons.Reference, 830, Access.ViewKpis, "Nav.Data"),
        new("admin/keys", "Nav.ApiKeys", ApiIcons.Keys, 920, Access.Administer, "Nav.Admin"),
    ];
}
