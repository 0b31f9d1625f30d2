using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Features;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Live;
using BehaviorDashboard.Predictions.Pages;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace BehaviorDashboard.Predictions;

/// <summary>What people will do next: orders, churn, value, next order and category, price sensitivity; with bands and reasons.</summary>
public sealed class PredictionsModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddMigrations<PredictionsModule>("Predictions");
        services.AddLocalization();
        services.AddSingleton<PredictionStore>();
        // Where no slice knows of consent, nobody has refused.
        services.AddSingleton(p => new HistoryStore(p.GetRequiredService<Database>(), () => p.GetService<ConsentService>()?.Without(Purposes.Analytics)));
        services.AddSingleton<PredictionModels>();
        services.AddSingleton<PredictionWords>();
        services.AddSingleton<PredictionWatch>();
        services.AddSingleton<Scoring>();
        services.AddSingleton<PredictionScorer>();
        services.AddSingleton(p => new SharedSignal("predictions", p.GetRequiredService<PredictionScorer>().Changed, p.GetRequiredService<PredictionScorer>().Forget));
        services.AddHostedService(p => p.GetRequiredService<PredictionScorer>());
        foreach (var kind in new[] { PredictionKinds.Buy7, PredictionKinds.Buy30, PredictionKinds.Churn })
            services.AddSingleton<IModelTrainer>(p => new ChanceTrainer(kind, p.GetRequiredService<HistoryStore>(), p.GetRequiredService<ModelRegistry>(), p.GetRequiredService<PredictionWatch>(),
                p.GetRequiredService<PredictionWords>(), p.GetRequiredService<ShopClock>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IModelTrainer, ValueTrainer>();
        services.AddSingleton<IModelTrainer, CategoryTrainer>();
        services.AddSingleton<IModelTrainer, PriceTrainer>();
        services.AddSingleton(p => new PredictionService(p.GetRequiredService<PredictionStore>(), p.GetRequiredService<PredictionScorer>(), p.GetRequiredService<PredictionModels>(), p.GetRequiredService<HistoryStore>(),
            p.GetRequiredService<ModelRegistry>(), p.GetRequiredService<TrainingService>(), p.GetRequiredService<PredictionWords>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IFigureSource>(p => new PredictedFigures(p.GetRequiredService<PredictionScorer>(), p.GetRequiredService<PredictionWords>(), new Lazy<PredictionService>(p.GetRequiredService<PredictionService>)));
        services.AddSingleton(new PersonPanel("Nav.Predictions", 20, typeof(PersonPredictions), Access.ViewPeople));
        services.AddPersonalRows("predictions", "prediction_scores");
        services.AddPersonalRows("kept predictions", "prediction_watch");
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => PredictionsApi.Map(routes);

    public IEnumerable<NavEntry> Navigation => [new("predictions", "Nav.Predictions", Icons.Material.Outlined.Insights, 35, Access.ViewKpis)];
}
