using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Live;
using BehaviorDashboard.Reports;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace BehaviorDashboard.Recommendations;

/// <summary>What to show whom: learnt lists, the rules over them, what they earn, and what is bought together.</summary>
public sealed class RecommendationsModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RecommendationsOptions>().Bind(configuration.GetSection(RecommendationsOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddMigrations<RecommendationsModule>("Recommendations");
        services.AddLocalization();
        services.AddSingleton<InterestStore>();
        services.AddSingleton<RecommendationStore>();
        services.AddSingleton<PersonMemory>();
        services.AddSingleton<CoVisits>();
        services.AddSingleton<Ranker>();
        services.AddSingleton<Personalisation>();
        services.AddHostedService(p => p.GetRequiredService<Personalisation>());
        services.AddSingleton<InterestKeeper>();
        services.AddSingleton<ICommittedEvents>(p => p.GetRequiredService<InterestKeeper>());
        services.AddHostedService(p => p.GetRequiredService<InterestKeeper>());
        services.AddSingleton(p => new Availability(p.GetService<ForecastService>, p.GetRequiredService<ShopClock>()));
        services.AddSingleton(p => new ShelfKeeper(p.GetRequiredService<ModelRegistry>(), p.GetRequiredService<TrainingService>, p.GetRequiredService<ProductService>(), p.GetRequiredService<InterestStore>(),
            p.GetRequiredService<Availability>(), p.GetRequiredService<IOptions<RecommendationsOptions>>(), p.GetRequiredService<ShopClock>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>(), p.GetRequiredService<ILogger<ShelfKeeper>>()));
        services.AddHostedService(p => p.GetRequiredService<ShelfKeeper>());
        services.AddSingleton(p => new PolicyBook(p.GetRequiredService<RecommendationStore>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>()));
        services.AddSingleton<ExposureLog>();
        services.AddHostedService(p => p.GetRequiredService<ExposureLog>());
        services.AddPersonalRows("exposures", "recommendation_exposures");
        services.AddSingleton<IModelTrainer, RecommendationTrainer>();
        services.AddSingleton(p => new SharedSignal("strategies", p.GetRequiredService<PolicyBook>().Changed, p.GetRequiredService<PolicyBook>().Forget));
        services.AddSingleton(p => new RecommendationService(p.GetRequiredService<ShelfKeeper>(), p.GetRequiredService<PersonMemory>(), p.GetRequiredService<InterestStore>(), p.GetRequiredService<PolicyBook>(),
            p.GetRequiredService<Personalisation>(), p.GetRequiredService<ExposureLog>(), p.GetRequiredService<Ranker>(), p.GetRequiredService<IOptions<RecommendationsOptions>>(), p.GetRequiredService<ShopClock>()));
        services.AddSingleton<IPersonalData, ExposureErasure>();
        services.AddSingleton<PerformanceStore>();
        services.AddSingleton(p => new PerformanceService(p.GetRequiredService<PerformanceStore>(), p.GetRequiredService<InterestStore>(), p.GetRequiredService<ShelfKeeper>(), p.GetRequiredService<PolicyBook>(),
            p.GetRequiredService<IOptions<RecommendationsOptions>>(), p.GetRequiredService<KeptReports>(), p.GetRequiredService<ShopClock>()));
        services.AddSingleton(p => new PolicyLab(p.GetRequiredService<ShelfKeeper>(), p.GetRequiredService<InterestStore>(), p.GetRequiredService<PolicyBook>(), p.GetRequiredService<IOptions<RecommendationsOptions>>(), p.GetRequiredService<ShopClock>()));
        services.AddSingleton(p => new InsightService(p.GetRequiredService<Database>(), p.GetRequiredService<InterestStore>(), p.GetRequiredService<ShelfKeeper>(), p.GetRequiredService<KeptReports>(), p.GetRequiredService<ShopClock>()));
        services.AddSingleton(new PersonPanel("Nav.Recommendations", 50, typeof(Pages.RecommendedForPerson), Access.ViewPeople));
        services.AddSingleton<IKpiSource, RecommendationKpis>();
        services.AddSingleton<IActionTarget, RecommendationActions>();
        services.AddSingleton<IConfigureOptions<RateLimiterOptions>, ShopLimits>();
        var origins = configuration.GetSection(RecommendationsOptions.Section).Get<RecommendationsOptions>()?.Origins ?? [];
        services.AddCors(cors => cors.AddPolicy(RecommendationsApi.Cors, policy =>
            (origins.Count == 0 || origins.Contains("*") ? policy.AllowAnyOrigin() : policy.WithOrigins([.. origins])).WithHeaders("authorization").WithMethods("GET").SetPreflightMaxAge(TimeSpan.FromHours(2))));
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => RecommendationsApi.Map(routes);

    public IEnumerable<NavEntry> Navigation => [new("recommendations", "Nav.Recommendations", Icons.Material.Outlined.Recommend, 50, Access.ViewKpis)];
}
