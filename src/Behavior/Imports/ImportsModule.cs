using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace BehaviorDashboard.Imports;

/// <summary>Files in: orders, customers, products, events.</summary>
public sealed class ImportsModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddMigrations<ImportsModule>("Imports");
        services.AddSingleton<ImportsStore>();
        services.AddSingleton<IPreset, UciOnlineRetail>();
        services.AddSingleton<IPreset, Cdnow>();
        services.AddSingleton<IPreset, ShopifyOrders>();
        services.AddSingleton<IPreset, ShopifyCustomers>();
        services.AddSingleton<IPreset, ShopifyProducts>();
        services.AddSingleton<IPreset, WooCommerceOrders>();
        services.AddSingleton<IPreset, Ndjson>();
        services.AddSingleton(p => new ImportService(p.GetRequiredService<EventWriter>(), p.GetRequiredService<ImportsStore>(), p.GetRequiredService<IProductCatalog>(),
            p.GetServices<IPreset>(), p.GetRequiredService<IOptions<ShopOptions>>(), p.GetRequiredService<TimeProvider>()));
        services.AddTransient<ICommand, ImportCommand>();
        services.AddSingleton<IEventSources, ImportSources>();
        services.AddSingleton<IPersonalData, ImportsErasure>();
    }

    public IEnumerable<NavEntry> Navigation => [new("data/import", "Nav.Imports", Icons.Material.Outlined.UploadFile, 220, Access.ManageData, "Nav.Data")];
}
