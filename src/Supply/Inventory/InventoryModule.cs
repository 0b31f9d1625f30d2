using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Reports;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace BehaviorDashboard.Inventory;

/// <summary>What is on the shelf and on its way, what to order, and what is too much.</summary>
public sealed class InventoryModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<InventoryOptions>().Bind(configuration.GetSection(InventoryOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddMigrations<InventoryModule>("Inventory");
        services.AddLocalization();
        services.AddSingleton<InventoryStore>();
        services.AddSingleton<ProposalStore>();
        services.AddSingleton<PriceStore>();
        services.AddSingleton(p => new PriceService(p.GetRequiredService<PriceStore>(), p.GetRequiredService<SupplyCatalog>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<ShopClock>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>()));
        services.AddSingleton(p => new StockService(p.GetRequiredService<SupplyCatalog>(), p.GetRequiredService<ForecastService>(), p.GetRequiredService<InventoryStore>(), p.GetRequiredService<IAuditLog>(),
            p.GetRequiredService<ShopClock>(), p.GetRequiredService<IOptions<InventoryOptions>>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>(), p.GetRequiredService<KeptReports>()));
        services.AddSingleton(p => new ProposalService(p.GetRequiredService<ProposalStore>(), p.GetRequiredService<StockService>(), p.GetRequiredService<SupplyCatalog>(), p.GetRequiredService<IAuditLog>(),
            p.GetRequiredService<IServiceScopeFactory>(), p.GetRequiredService<ShopClock>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>()));
        services.AddSingleton(p => new SandboxService(p.GetRequiredService<StockService>(), p.GetRequiredService<ForecastService>(), p.GetRequiredService<ProposalService>(), p.GetRequiredService<IAuditLog>()));
        services.AddSingleton<IActionTarget, SupplyActions>();
        services.AddSingleton<IKpiSource, StockKpis>();
        services.AddSingleton<IAttentionSource, StockAttention>();
        services.AddSingleton<StockKeeper>();
        services.AddSingleton(p => new SharedSignal("prices", p.GetRequiredService<PriceService>().Changed));
        services.AddSingleton(p => new SharedSignal("stock", p.GetRequiredService<StockService>().Changed));
        services.AddSingleton(p => new SharedSignal("stock kept", p.GetRequiredService<StockService>().Kept));
        services.AddSingleton(p => new SharedSignal("proposals", p.GetRequiredService<ProposalService>().Changed));
        services.AddHostedService(p => p.GetRequiredService<StockKeeper>());
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => InventoryApi.Map(routes);

    public IEnumerable<NavEntry> Navigation =>
    [
        new("supply", "Nav.Supply", Icons.Material.Outlined.FactCheck, 60, Access.ViewKpis),
        new("supply/proposals", "Nav.Proposals", Icons.Material.Outlined.LocalShipping, 62, Access.ViewKpis, Room: "supply"),
        new("supply/excess", "Nav.Excess", Icons.Material.Outlined.Inventory, 63, Access.ViewKpis, Room: "supply"),
        new("supply/accuracy", "Nav.Accuracy", Icons.Material.Outlined.QueryStats, 65, Access.ViewKpis, Room: "supply"),
        new("supply/sandbox", "Nav.Sandbox", Icons.Material.Outlined.Science, 66, Access.ViewKpis, Room: "supply"),
    ];
}
