using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace BehaviorDashboard.Profiles;

/// <summary>Who the shoppers are: the list of people and the page of each, what they agreed to, and who are one.</summary>
public sealed class ProfilesModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ConsentOptions>().Bind(configuration.GetSection(ConsentOptions.Section));
        services.AddMigrations<ProfilesModule>("Profiles");
        services.AddSingleton<PeopleStore>();
        services.AddSingleton<TimelineStore>();
        services.AddSingleton<TraitStore>();
        services.AddSingleton<MergeStore>();
        services.AddSingleton<ConsentStore>();
        services.AddSingleton<PeopleFilter>();
        services.AddSingleton<ICommitParticipant>(p => p.GetRequiredService<ConsentStore>());
        services.AddSingleton(p => new ConsentService(p.GetRequiredService<ConsentStore>(), p.GetRequiredService<PeopleStore>(), p.GetRequiredService<IOptions<ConsentOptions>>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<TimeProvider>()));
        services.AddScoped(p => new PeopleService(p.GetRequiredService<PeopleStore>(), new PeopleSql(p.GetRequiredService<ConsentService>(), p.GetServices<IPeopleSets>()), p.GetRequiredService<TimelineStore>(), p.GetServices<IPeopleSets>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<TimeProvider>()));
        services.AddScoped(p => new MergeService(p.GetRequiredService<PeopleStore>(), p.GetRequiredService<MergeStore>(), p.GetRequiredService<EventWriter>(), p.GetServices<IPeopleSets>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<TimeProvider>()));
        services.AddScoped(p => new PersonTraits(p.GetRequiredService<PeopleStore>(), p.GetRequiredService<TraitStore>(), p.GetRequiredService<EventWriter>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<TimeProvider>()));
        services.AddScoped(p => new PersonErasure(p.GetRequiredService<PeopleStore>(), p.GetServices<IPersonalData>(), p.GetServices<IErasureWitness>(), p.GetRequiredService<IAuditLog>()));
        services.AddScoped(p => new PersonExport(p.GetRequiredService<PersonErasure>(), p.GetServices<IPersonalData>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<TimeProvider>()));
        services.AddScoped<ISearchSource, PeopleSearch>();
        services.AddPersonalRows("consents", "consents");
        services.AddPersonalRows("trait changes", "trait_changes");
        services.AddSingleton<IPersonalData, DismissalErasure>();
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => PeopleApi.Map(routes);

    public IEnumerable<NavEntry> Navigation => [new("customers", "Nav.Customers", Icons.Material.Outlined.People, 20, Access.ViewPeople)];
}
