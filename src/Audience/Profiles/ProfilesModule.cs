using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace BehaviorDashboard.Profiles;

/// <summary>Who the shoppers are: the list of people and the page of each.</summary>
public sealed class ProfilesModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ConsentOptions>().Bind(configuration.GetSection(ConsentOptions.Section));
        services.AddMigrations<ProfilesModule>("Profiles");
        services.AddSingleton<PeopleStore>();
        services.AddSingleton<ConsentStore>();
        services.AddSingleton<ICommitParticipant>(p => p.GetRequiredService<ConsentStore>());
        services.AddSingleton(p => new ConsentService(p.GetRequiredService<ConsentStore>(), p.GetRequiredService<PeopleStore>(), p.GetRequiredService<IOptions<ConsentOptions>>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<TimeProvider>()));
        services.AddPersonalRows("consents", "consents");
        services.AddScoped(p => new PeopleService(p.GetRequiredService<PeopleStore>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<TimeProvider>()));
        services.AddScoped<ISearchSource, PeopleSearch>();
        services.AddScoped(p => new PersonErasure(p.GetRequiredService<PeopleStore>(), p.GetServices<IPersonalData>(), p.GetRequiredService<IAuditLog>()));
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => PeopleApi.Map(routes);

    public IEnumerable<NavEntry> Navigation => [new("customers", "Nav.Customers", Icons.Material.Outlined.People, 20, Access.ViewPeople)];
}
