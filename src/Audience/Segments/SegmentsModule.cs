using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Nodes;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Reports;
using BehaviorDashboard.Segments.Pages;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace BehaviorDashboard.Segments;

/// <summary>Named audiences: rules, their members kept fresh, and who came and went.</summary>
public sealed class SegmentsModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SegmentsOptions>().Bind(configuration.GetSection(SegmentsOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddMigrations<SegmentsModule>("Segments");
        services.AddSingleton<SegmentStore>();
        services.AddSingleton<RuleRunner>();
        services.AddSingleton<RfmScales>();
        services.AddSingleton<RfmService>();
        services.AddSingleton(p => new SeenEvents(p.GetRequiredService<SegmentStore>(), p.GetRequiredService<KeptReports>(), p.GetRequiredService<ShopClock>()));
        services.AddSingleton<IKpiSource, SegmentKpis>();
        services.AddLocalization();
        services.AddSingleton<IGrouping, RfmGrouping>();
        services.AddSingleton<IDemoSeeder, DemoSegments>();
        foreach (var purpose in Purposes.All)
            services.AddSingleton<IGrouping>(p => new ConsentGrouping(purpose, p.GetService<ConsentService>(), p.GetRequiredService<Database>(), p.GetRequiredService<IStringLocalizer<SegmentsText>>()));
        services.AddSingleton<Terms>();
        services.AddScoped<IPeopleSets, SegmentSets>();
        services.AddScoped<ISearchSource, SegmentSearch>();
        // Stays of the past included.
        services.AddPersonalRows("stays", "segment_members");
        services.AddSingleton<MembershipObservers>();
        services.AddSingleton(p => new MembershipKeeper(p.GetRequiredService<Database>(), p.GetRequiredService<SegmentStore>(), p.GetRequiredService<MembershipObservers>(), p.GetRequiredService<ShopClock>(), p.GetRequiredService<IOptions<SegmentsOptions>>(),
            p.GetRequiredService<IOptions<ShopOptions>>(), p.GetRequiredService<Terms>(), p.GetRequiredService<Node>(), p.GetRequiredService<NodeNews>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>(), p.GetRequiredService<ILogger<MembershipKeeper>>()));
        services.AddSingleton<ICommittedEvents>(p => p.GetRequiredService<MembershipKeeper>());
        services.AddHostedService(p => p.GetRequiredService<MembershipKeeper>());
        services.AddScoped(p => new WhyService(p.GetRequiredService<SegmentStore>(), p.GetRequiredService<RuleRunner>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<ShopClock>(), p.GetRequiredService<IOptions<ShopOptions>>()));
        services.AddScoped(p => new SegmentService(p.GetRequiredService<SegmentStore>(), p.GetRequiredService<RuleRunner>(), p.GetRequiredService<MembershipKeeper>(), p.GetRequiredService<Terms>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<ShopClock>()));
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => SegmentsApi.Map(routes);

    public IEnumerable<NavEntry> Navigation => [new("segments", "Nav.Segments", Icons.Material.Outlined.DonutLarge, 30, Access.ViewPeople)];
}
