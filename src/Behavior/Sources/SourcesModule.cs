using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace BehaviorDashboard.Sources;

/// <summary>Where events come from, and how each source is doing.</summary>
public sealed class SourcesModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddMigrations<SourcesModule>("Sources");
        services.AddSingleton<SourcesStore>();
        services.AddSingleton<SourcesService>();
        services.AddSingleton<ICommittedEvents>(p => p.GetRequiredService<SourcesService>());
    }

    public IEnumerable<NavEntry> Navigation => [new("data/sources", "Nav.Sources", Icons.Material.Outlined.Sensors, 210, Access.ManageData, "Nav.Data")];
}
