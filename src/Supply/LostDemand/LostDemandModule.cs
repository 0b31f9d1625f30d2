using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Reports;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace BehaviorDashboard.LostDemand;

/// <summary>What was wanted and not there.</summary>
public sealed class LostDemandModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddLocalization();
        services.AddSingleton<LostDemandStore>();
        services.AddSingleton(p => new LostDemandService(p.GetRequiredService<LostDemandStore>(), p.GetRequiredService<SupplyCatalog>(), p.GetRequiredService<StockService>(), p.GetRequiredService<KeptReports>(), p.GetRequiredService<ShopClock>()));
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => LostDemandApi.Map(routes);

    public IEnumerable<NavEntry> Navigation => [new("supply/lost-demand", "Nav.LostDemand", Icons.Material.Outlined.RemoveShoppingCart, 64, Access.ViewKpis, Room: "supply")];
}
