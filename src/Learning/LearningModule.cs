using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Live;
using BehaviorDashboard.Nodes;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging;
using MudBlazor;

namespace BehaviorDashboard.Learning;

/// <summary>How the product learns: trainings one at a time, and every version they brought forth.</summary>
public sealed class LearningModule : IModule
{
    /// <summary>Events waiting for a commit from which the live system counts as busy.</summary>
    private const long BusyFrom = 2_000;

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddMigrations<LearningModule>("Registry");
        services.AddLocalization();
        services.AddSingleton<ModelRegistry>();
        services.AddSingleton<TrainingStore>();
        services.AddSingleton(p => new TrainingService(p.GetRequiredService<TrainingStore>(), p.GetRequiredService<ModelRegistry>(), p.GetServices<IModelTrainer>(),
            p.GetRequiredService<Node>(), p.GetRequiredService<NodeNews>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>(), p.GetRequiredService<ILogger<TrainingService>>(), () => p.GetRequiredService<EventWriter>().Waiting > BusyFrom));
        services.AddSingleton(p => new SharedSignal("trainings", p.GetRequiredService<TrainingService>().Changed));
        services.AddSingleton<ModelKpis>();
        services.AddSingleton<IKpiSource>(p => p.GetRequiredService<ModelKpis>());
        services.AddSingleton<IAttentionSource, ModelAttention>();
        services.AddSingleton<IDemoSeeder, DemoTrainings>();
        services.AddHostedService(p => p.GetRequiredService<TrainingService>());
    }

    public IEnumerable<NavEntry> Navigation => [new("models", "Nav.Models", Icons.Material.Outlined.Hub, 90, Access.ViewKpis)];
}
