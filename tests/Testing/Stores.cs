using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace BehaviorDashboard.Testing;

/// <summary>The engines every storage behaviour is tried on.</summary>
public enum Engine
{
    DuckDb,
    Postgres,
}

/// <summary>
/// A store of its own for one test: an embedded file in a temporary folder, or a fresh PostgreSQL database made with
/// <c>BEHAVIOR_TEST_POSTGRES</c>. Survives <see cref="RestartAsync"/> as a process restart would.
/// </summary>
public sealed class TestStore : IAsyncDisposable
{
    private readonly Dictionary<string, string?> _settings;
    private readonly IModule[] _modules;
    private readonly Action<IServiceCollection>? _more;
    private readonly TimeProvider _time;
    private readonly string? _admin;
    private readonly string? _database;
    private readonly bool _keep;

    private TestStore(Dictionary<string, string?> settings, IModule[] modules, TimeProvider time, Action<IServiceCollection>? more, string folder, bool keep, string? admin, string? database)
    {
        (_settings, _modules, _time, _more, Folder, _keep, _admin, _database) = (settings, modules, time, more, folder, keep, admin, database);
        Services = Build();
    }

    public string Folder { get; }

    public ServiceProvider Services { get; private set; }

    public Database Database => Services.GetRequiredService<Database>();

    /// <summary>Connection string of its PostgreSQL database, or null.</summary>
    public string? Postgres => _settings.GetValueOrDefault("Storage:Postgres");

    public EventWriter Writer => Services.GetRequiredService<EventWriter>();

    /// <summary>Why the engine cannot be tried here, or null.</summary>
    public static string? Missing(Engine engine) =>
        engine == Engine.Postgres && PostgresAdmin is null ? "BEHAVIOR_TEST_POSTGRES names no server: start one with tests/run.sh." : null;

    private static string? PostgresAdmin => Environment.GetEnvironmentVariable("BEHAVIOR_TEST_POSTGRES");

    /// <summary>Makes a PostgreSQL database of its own for a whole product.</summary>
    /// <returns>Its connection string.</returns>
    public static async Task<string> CreateDatabaseAsync()
    {
        var database = "t_" + Guid.NewGuid().ToString("N");
        await RunAsync(PostgresAdmin!, $"create database {database}");
        return new NpgsqlConnectionStringBuilder(PostgresAdmin) { Database = database, MaxPoolSize = 20 }.ConnectionString;
    }

    public static async Task DropDatabaseAsync(string connectionString)
    {
        NpgsqlConnection.ClearAllPools();
        await RunAsync(PostgresAdmin!, $"drop database if exists {new NpgsqlConnectionStringBuilder(connectionString).Database} with (force)");
    }

    /// <param name="modules">Slices whose tables and services the test needs, beyond Storage.</param>
    /// <param name="keepIn">A folder that stays when the store is closed; a temporary one when null.</param>
    /// <param name="language">Language whose rules order text in a PostgreSQL database; code points when null.</param>
    public static async Task<TestStore> OpenAsync(Engine engine, IModule[]? modules = null, TimeProvider? time = null,
        Action<IServiceCollection>? more = null, IReadOnlyDictionary<string, string?>? settings = null, string? keepIn = null, string? language = null)
    {
        var folder = keepIn ?? Directory.CreateTempSubdirectory("behavior-test-").FullName;
        var all = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>()) { ["Storage:Folder"] = folder };
        string? database = null;
        if (engine == Engine.Postgres)
        {
            database = "t_" + Guid.NewGuid().ToString("N");
            await RunAsync(PostgresAdmin!, $"create database {database}" + (language is null ? "" : $" template template0 locale_provider icu icu_locale '{language}'"));
            all["Storage:Postgres"] = new NpgsqlConnectionStringBuilder(PostgresAdmin) { Database = database, MaxPoolSize = 20 }.ConnectionString;
        }
        var store = new TestStore(all, [new StorageModule(), .. modules ?? []], time ?? TimeProvider.System, more, folder, keepIn is not null, PostgresAdmin, database);
        await store.Services.GetRequiredService<Migrator>().MigrateAsync();
        return store;
    }

    /// <summary>Closes everything and opens the same store again, as after a restart.</summary>
    public async Task RestartAsync()
    {
        await Services.DisposeAsync();
        Services = Build();
        await Services.GetRequiredService<Migrator>().MigrateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        if (_database is not null)
        {
            NpgsqlConnection.ClearAllPools();
            await RunAsync(_admin!, $"drop database if exists {_database} with (force)");
        }
        if (!_keep) Directory.Delete(Folder, recursive: true);
    }

    private ServiceProvider Build()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(_settings).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging();
        services.AddSingleton(_time);
        foreach (var module in _modules) module.AddServices(services, configuration);
        _more?.Invoke(services);
        return services.BuildServiceProvider();
    }

    private static async Task RunAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
