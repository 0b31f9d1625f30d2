using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Nodes;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace BehaviorDashboard.Privacy;

/// <summary>Erasures with their reports, and how long data about people is kept.</summary>
public sealed class PrivacyModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PrivacyOptions>().Bind(configuration.GetSection(PrivacyOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddMigrations<PrivacyModule>("Privacy");
        services.AddSingleton<PrivacyStore>();
        services.AddSingleton<IErasureWitness, ErasureWitness>();
        services.AddSingleton<IRetention, AnonymousRetention>();
        services.AddSingleton<IRetention, EventsRetention>();
        services.AddScoped(p => new PrivacyService(p.GetRequiredService<PersonErasure>(), p.GetRequiredService<PeopleService>(), p.GetRequiredService<ModelRegistry>(), p.GetRequiredService<PrivacyStore>()));
        services.AddSingleton(p => new RetentionService(p.GetServices<IRetention>(), p.GetRequiredService<PrivacyStore>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<IOptions<PrivacyOptions>>(),
            p.GetRequiredService<ShopClock>(), p.GetRequiredService<Node>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<RetentionService>>()));
        services.AddHostedService(p => p.GetRequiredService<RetentionService>());
    }

    public IEnumerable<NavEntry> Navigation => [new("admin/privacy", "Nav.Privacy", Icons.Material.Outlined.PrivacyTip, 940, Access.Administer, "Nav.Admin")];
}
