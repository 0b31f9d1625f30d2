using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Catalog;

/// <summary>The products the shop sells.</summary>
public sealed class CatalogModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddMigrations<CatalogModule>("Catalog");
        services.AddSingleton<ProductStore>();
        services.AddSingleton<IProductCatalog>(provider => provider.GetRequiredService<ProductStore>());
    }
}
