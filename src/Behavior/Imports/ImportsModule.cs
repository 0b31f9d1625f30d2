using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Live;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
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
        services.AddOptions<ImportsOptions>().Bind(configuration.GetSection(ImportsOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<EntityStore>();
        services.AddSingleton<ImportFolder>();
        services.AddSingleton(p => new ImportPlanner(p.GetServices<IPreset>(), p.GetRequiredService<ImportsStore>(), p.GetRequiredService<EventNormalizer>(), p.GetRequiredService<IOptions<ImportsOptions>>().Value));
        services.AddSingleton(p => new ImportService(p.GetRequiredService<EventWriter>(), p.GetRequiredService<ImportsStore>(), p.GetRequiredService<EntityStore>(), p.GetRequiredService<ImportPlanner>(),
            p.GetRequiredService<ImportFolder>(), p.GetRequiredService<IProductCatalog>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<Database>(), p.GetRequiredService<IOptions<ShopOptions>>(), p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<Signal>>()));
        services.AddSingleton(p => new SharedSignal("imports", p.GetRequiredService<ImportService>().Changed));
        services.AddTransient<ICommand, ImportCommand>();
        services.AddSingleton<IEventSources, ImportSources>();
        services.AddSingleton<IPersonalData, ImportsErasure>();
        services.AddPersonalRows("import traits", "import_traits");
        services.AddPersonalRows("replaced rows", "import_replaced_events");
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => ImportsApi.Map(routes);

    public IEnumerable<NavEntry> Navigation => [new("data/import", "Nav.Imports", Icons.Material.Outlined.UploadFile, 220, Access.ManageData, "Nav.Data")];
}
