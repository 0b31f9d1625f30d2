using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Live;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Forecasting;

/// <summary>What each product will sell, with quantiles, every night.</summary>
public sealed class ForecastingModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddMigrations<ForecastingModule>("Forecasting");
        services.AddSingleton<DemandStore>();
        services.AddSingleton<ForecastStore>();
        services.AddSingleton<ForecastHistory>();
        services.AddSingleton<ForecastingState>();
        services.AddSingleton<ForecastScoring>();
        services.AddSingleton<IModelTrainer, ForecastTrainer>();
        services.AddSingleton(p => new ForecastService(p.GetRequiredService<ForecastStore>(), p.GetRequiredService<ForecastingState>(), p.GetRequiredService<ForecastHistory>(), p.GetRequiredService<DemandStore>(),
            p.GetRequiredService<TrainingService>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<ShopClock>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>()));
        services.AddSingleton(p => new SharedSignal("forecasts", p.GetRequiredService<ForecastService>().Changed));
        services.AddHostedService<ForecastNights>();
    }
}
