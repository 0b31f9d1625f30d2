using BehaviorDashboard.Contracts;
using BehaviorDashboard.Live;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace BehaviorDashboard.Quality;

/// <summary>What was refused, why, and how to send it again.</summary>
public sealed class QualityModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<QualityOptions>().Bind(configuration.GetSection(QualityOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddMigrations<QualityModule>("Quality");
        services.AddSingleton<RejectsStore>();
        services.AddSingleton<RejectsInbox>();
        services.AddSingleton(p => new SharedSignal("rejects", p.GetRequiredService<RejectsInbox>().Changed));
        services.AddSingleton<RejectsService>();
        services.AddSingleton<RejectCounts>();
        services.AddSingleton<IPersonalData, RejectsErasure>();
        services.AddLocalization();
        services.AddSingleton<IAttentionSource, RejectAttention>();
        services.AddSingleton<IRetention, RejectsRetention>();
        services.AddHostedService(provider => provider.GetRequiredService<RejectsInbox>());
    }

    public IEnumerable<NavEntry> Navigation => [new("data/rejects", "Nav.Rejects", Icons.Material.Outlined.Inbox, 230, Access.ManageData, "Nav.Data")];
}
