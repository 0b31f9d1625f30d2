using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Commands;

/// <summary>Commands of the host that are run while the web server holds the store.</summary>
public sealed class CommandsModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<ServerFileWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<ServerFileWriter>());
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => CommandsApi.Map(routes);
}
