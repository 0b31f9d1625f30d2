using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Nodes;
using BehaviorDashboard.Reports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Storage;

/// <summary>The store: engine, migrations, events. First module of every host.</summary>
public sealed class StorageModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        SqlTypes.Register();
        services.AddOptions<StorageOptions>().Bind(configuration.GetSection(StorageOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IConnectionSource>(provider => Open(provider.GetRequiredService<IOptions<StorageOptions>>().Value));
        services.AddSingleton<SlowStatements>();
        services.AddSingleton<Database>();
        services.AddSingleton<Migrator>();
        services.AddMigrations<StorageModule>("Events");
        services.AddOptions<NodesOptions>().Bind(configuration.GetSection(NodesOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddMigrations<StorageModule>("Nodes");
        services.AddSingleton<NodeNews>();
        services.AddSingleton<Node>();
        services.AddHostedService(provider => provider.GetRequiredService<Node>());
        services.AddSingleton<NodeRelay>();
        services.AddSingleton<ICommittedEvents>(provider => provider.GetRequiredService<NodeRelay>());
        services.AddSingleton<ICommitParticipant>(provider => provider.GetRequiredService<NodeRelay>());
        services.AddHostedService(provider => provider.GetRequiredService<NodeRelay>());
        services.AddOptions<ShopOptions>().Bind(configuration.GetSection(ShopOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<KeptReports>();
        services.AddHostedService(provider => provider.GetRequiredService<KeptReports>());
        services.AddSingleton<ICommittedEvents, OutdatedReports>();
        services.AddSingleton<EventWriter>();
        services.AddSingleton<EventMonthsAhead>();
        services.AddHostedService(provider => provider.GetRequiredService<EventMonthsAhead>());
        services.AddSingleton<IPersonalData, EventErasure>();
        services.AddMigrations<StorageModule>("Compaction");
        services.AddSingleton<Compaction>();
        services.AddHostedService(provider => provider.GetRequiredService<Compaction>());
        services.AddTransient<ICommand, CompactCommand>();
        services.AddSingleton<Upgrade>();
        services.AddSingleton<IBackupEngine>(Backups);
        services.AddSingleton<BackupService>();
        services.AddTransient<ICommand, BackupCommand>();
        services.AddTransient<ICommand, RestoreCommand>();
        services.AddSingleton<StoreMove>();
        services.AddTransient<ICommand, MoveStoreCommand>();
        services.AddSingleton<Distribution>();
        services.AddTransient<ICommand, StoreCommand>();
    }

    private static IBackupEngine Backups(IServiceProvider provider) => provider.GetRequiredService<IConnectionSource>() switch
    {
        DuckDbConnections embedded => new DuckDbBackup(embedded, provider.GetRequiredService<IOptions<StorageOptions>>().Value, provider.GetRequiredService<Upgrade>()),
        var server => new PostgresBackup((PostgresConnections)server, provider.GetRequiredService<Upgrade>()),
    };

    private static IConnectionSource Open(StorageOptions options) =>
        string.IsNullOrWhiteSpace(options.Postgres) ? new DuckDbConnections(options) : new PostgresConnections(options.Postgres);
}

public static class MigrationRegistration
{
    /// <summary>Adds the numbered SQL files of the slice whose module is <typeparamref name="TModule"/>; call from its module.</summary>
    public static IServiceCollection AddMigrations<TModule>(this IServiceCollection services, string slice) =>
        services.AddSingleton(new MigrationSource(typeof(TModule).Assembly, slice));
}
