using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Nodes;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>KPIs: live windows, any range, the hub, the overview and the live page.</summary>
public sealed class LiveMetricsModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<KpisOptions>().Bind(configuration.GetSection(KpisOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddMigrations<LiveMetricsModule>("LiveMetrics");
        services.AddPersonalRows("summarised days", "day_visits");
        services.AddSingleton<StaleDays>();
        services.AddSingleton<ICommitParticipant>(p => p.GetRequiredService<StaleDays>());
        services.AddSingleton<IHistoryParticipant>(p => p.GetRequiredService<StaleDays>());
        services.AddSingleton<DayStore>();
        services.AddSingleton(p => new DayKeeper(p.GetRequiredService<DayStore>(), p.GetRequiredService<IOptions<KpisOptions>>(), p.GetRequiredService<ShopClock>(), p.GetRequiredService<Node>(),
            p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<DayKeeper>>()));
        services.AddHostedService(p => p.GetRequiredService<DayKeeper>());
        services.AddSingleton(p => new SummarisedDays(p.GetRequiredService<ShopClock>()));
        services.AddSingleton<KpiStore>();
        services.AddSingleton(p => new KpiService(p.GetRequiredService<KpiStore>(), p.GetRequiredService<IProductCatalog>(), p.GetRequiredService<ShopClock>(), p.GetRequiredService<IOptions<ShopOptions>>()));
        services.AddSingleton(p => new LiveFeed(p.GetRequiredService<KpiStore>(), p.GetRequiredService<IProductCatalog>(), p.GetRequiredService<IOptions<ShopOptions>>(),
            () => (p.GetRequiredService<NodeRelay>().IsLate, p.GetRequiredService<Node>().StoreAnswers, p.GetRequiredService<EventWriter>().DiskFull), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>(), p.GetRequiredService<ILogger<LiveFeed>>()));
        services.AddSingleton<ICommittedEvents>(p => p.GetRequiredService<LiveFeed>());
        services.AddHostedService(p => p.GetRequiredService<LiveFeed>());
        services.AddSingleton(p => new KpiReplay(p.GetRequiredService<KpiStore>(), p.GetRequiredService<IOptions<ShopOptions>>()));
        services.AddSingleton<IKpiSource, ShopKpis>();
        services.AddHostedService<LivePump>();
        services.AddSignalR().AddMessagePackProtocol();
        services.AddTransient<ICommand, KpisCommand>();
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        KpiApi.Map(routes);
        routes.MapHub<LiveHub>("/hubs/live");
    }

    public IEnumerable<NavEntry> Navigation =>
    [
        new("", "Nav.Home", Icons.Material.Outlined.Home, 0, Access.ViewKpis),
        new("live", "Nav.Live", Icons.Material.Outlined.Sensors, 10, Access.ViewKpis),
    ];
}
