using BehaviorDashboard.Contracts;
using BehaviorDashboard.Live;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Webhooks;

/// <summary>Signed messages to the outside, from an outbox, until they are delivered.</summary>
public sealed class WebhooksModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WebhooksOptions>().Bind(configuration.GetSection(WebhooksOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddMigrations<WebhooksModule>("Webhooks");
        services.AddDataProtection();
        services.AddSingleton<WebhookStore>();
        services.AddSingleton(p => new WebhookService(p.GetRequiredService<WebhookStore>(), p.GetRequiredService<IDataProtectionProvider>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<IOptions<WebhooksOptions>>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>()));
        services.AddSingleton<IPersonalData, WebhookErasure>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton(p => new SharedSignal("webhooks", p.GetRequiredService<WebhookService>().Changed));
        services.AddHostedService(p => p.GetRequiredService<WebhookSender>());
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => WebhooksApi.Map(routes);
}
