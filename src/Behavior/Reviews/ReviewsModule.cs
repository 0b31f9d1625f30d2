using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Live;
using BehaviorDashboard.Reports;
using BehaviorDashboard.Nodes;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace BehaviorDashboard.Reviews;

/// <summary>What shoppers write: tone, topics, trends, and incidents when something stands out.</summary>
public sealed class ReviewsModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ReviewsOptions>().Bind(configuration.GetSection(ReviewsOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddMigrations<ReviewsModule>("Reviews");
        services.AddLocalization();
        services.AddPersonalRows("reviews", "reviews");
        services.AddSingleton<ReviewStore>();
        services.AddSingleton<IncidentStore>();
        services.AddSingleton<SurgeWatch>();
        services.AddSingleton(p => new SentimentModels(p.GetRequiredService<ModelRegistry>(), p.GetRequiredService<ReviewStore>(), p.GetRequiredService<IOptions<ReviewsOptions>>()));
        services.AddSingleton(p => new IncidentService(p.GetRequiredService<IncidentStore>(), p.GetRequiredService<ReviewStore>(), p.GetRequiredService<KeptReports>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>()));
        services.AddSingleton(p => new ReviewKeeper(p.GetRequiredService<ReviewStore>(), p.GetRequiredService<SentimentModels>(), p.GetRequiredService<SurgeWatch>(), p.GetRequiredService<IOptions<ReviewsOptions>>(),
            p.GetRequiredService<Node>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>(), p.GetRequiredService<ILogger<ReviewKeeper>>()));
        services.AddSingleton(p => new SharedSignal("reviews", p.GetRequiredService<ReviewKeeper>().Changed, p.GetRequiredService<ReviewKeeper>().Follow));
        services.AddSingleton(p => new SharedSignal("incidents", p.GetRequiredService<IncidentService>().Changed));
        services.AddSingleton<ICommittedEvents>(p => p.GetRequiredService<ReviewKeeper>());
        services.AddHostedService(p => p.GetRequiredService<ReviewKeeper>());
        services.AddSingleton(p => new ReviewService(p.GetRequiredService<ReviewStore>(), p.GetRequiredService<ReviewKeeper>(), p.GetRequiredService<SentimentModels>(), p.GetRequiredService<EventWriter>(),
            p.GetRequiredService<IProductCatalog>(), p.GetRequiredService<ShopClock>()));
        foreach (var language in SentimentModels.Languages)
            services.AddSingleton<IModelTrainer>(p => new SentimentModelTrainer(language, p.GetRequiredService<ReviewStore>(), p.GetRequiredService<SentimentModels>(), p.GetRequiredService<ReviewKeeper>()));
        services.AddSingleton<IKpiSource, ReviewKpis>();
        services.AddSingleton<IActionTarget, IncidentActions>();
        services.AddSingleton<IAttentionSource, IncidentAttention>();
        services.AddTransient<ICommand, ReviewsImportCommand>();
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => ReviewsApi.Map(routes);

    public IEnumerable<NavEntry> Navigation => [new("reviews", "Nav.Reviews", Icons.Material.Outlined.Reviews, 70, Access.ViewKpis)];
}
