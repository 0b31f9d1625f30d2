using BehaviorDashboard.Accounts;
using BehaviorDashboard.Api;
using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Clusters;
using BehaviorDashboard.Commands;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Demo;
using BehaviorDashboard.FeedbackRules;
using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Imports;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Learning;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Privacy;
using BehaviorDashboard.Predictions;
using BehaviorDashboard.LostDemand;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Quality;
using BehaviorDashboard.Reviews;
using BehaviorDashboard.Recommendations;
using BehaviorDashboard.Segments;
using BehaviorDashboard.ServiceDesk;
using BehaviorDashboard.Shell;
using BehaviorDashboard.Sources;
using BehaviorDashboard.Statements;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Webhooks;

namespace BehaviorDashboard;

/// <summary>Every slice of the product, in the order in which they register and migrate.</summary>
internal static class Modules
{
    public static IReadOnlyList<IModule> All { get; } =
    [
        new StorageModule(),
        new ShellModule(),
        new AccountsModule(),
        new ApiModule(),
        new QualityModule(),
        new IngestModule(),
        new WebhooksModule(),
        new ImportsModule(),
        new SourcesModule(),
        new LiveMetricsModule(),
        new ProfilesModule(),
        new LearningModule(),
        new PrivacyModule(),
        new ReviewsModule(),
        new SegmentsModule(),
        new SegmentHooksModule(),
        new ClustersModule(),
        new PredictionsModule(),
        new CatalogModule(),
        new RecommendationsModule(),
        new CampaignsModule(),
        new FeedbackRulesModule(),
        new ServiceDeskModule(),
        new ForecastingModule(),
        new InventoryModule(),
        new LostDemandModule(),
        new StatementsModule(),
        new DemoModule(),
        new CommandsModule(),
    ];
}
