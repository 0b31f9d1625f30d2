using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace BehaviorDashboard.Catalog;

/// <summary>The products the shop sells.</summary>
public sealed class CatalogModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddMigrations<CatalogModule>("Catalog");
        services.AddSingleton<ProductStore>();
        services.AddSingleton<ProductListStore>();
        services.AddSingleton<IProductCatalog>(provider => provider.GetRequiredService<ProductStore>());
        services.AddSingleton(p => new ProductService(p.GetRequiredService<ProductStore>(), p.GetRequiredService<ProductListStore>(), p.GetRequiredService<IOptions<ShopOptions>>()));
        services.AddSingleton<SupplyStore>();
        services.AddSingleton(p => new SupplyCatalog(p.GetRequiredService<SupplyStore>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>()));
        services.AddSingleton(p => new SharedSignal("catalog", p.GetRequiredService<SupplyCatalog>().Changed));
        services.AddSingleton<IDemoSeeder, DemoCatalog>();
        services.AddSingleton<ISearchSource, ProductSearch>();
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => CatalogApi.Map(routes);

    public IEnumerable<NavEntry> Navigation =>
    [
        new("products", "Nav.Products", Icons.Material.Outlined.Inventory2, 61, Access.ViewKpis),
        new("products/catalogue", "Nav.Catalogue", Icons.Material.Outlined.ListAlt, 61, Access.ViewKpis, Room: "products"),
    ];
}
