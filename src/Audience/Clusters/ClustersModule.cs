using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Features;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Clusters;

/// <summary>Groups of people found in their figures, named, compared from run to run, and usable as segments.</summary>
public sealed class ClustersModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddMigrations<ClustersModule>("Clusters");
        services.AddLocalization();
        services.AddSingleton<PersonVectors>();
        services.AddSingleton<ClusterStore>();
        services.AddSingleton<ClusterModels>();
        // Who was in which cluster at the last publishing; a model itself holds no person: the map keeps places, not keys.
        services.AddPersonalRows("clusters", "cluster_members");
        services.AddSingleton<ClusterNames>();
        services.AddSingleton<IGrouping, ClusterGrouping>();
        services.AddSingleton<IModelTrainer, ClusterTrainer>();
        services.AddScoped(p => new ClusterService(p.GetRequiredService<ClusterModels>(), p.GetRequiredService<ClusterStore>(), p.GetRequiredService<ClusterNames>(),
            p.GetRequiredService<ModelRegistry>(), p.GetRequiredService<TrainingService>(), p.GetRequiredService<SegmentService>(), p.GetRequiredService<IAuditLog>()));
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => ClustersApi.Map(routes);
}
