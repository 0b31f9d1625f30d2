using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Npgsql;

namespace BehaviorDashboard.Testing;

/// <summary>Several web nodes of the product as processes on one PostgreSQL database, with a Redis of their own; or one node on an embedded store, which faults befall as well.</summary>
public sealed class Cluster : IAsyncDisposable
{
    private readonly string[] _settings;
    private readonly string? _database;
    private readonly string? _embedded;
    private readonly RedisProcess? _redis;
    private readonly bool _own;
    private readonly bool _forFaults;
    private readonly List<string> _folders = [];

    private Cluster(string? database, string? embedded, bool own, bool forFaults, RedisProcess? redis, string[] settings) => (_database, _embedded, _own, _forFaults, _redis, _settings) = (database, embedded, own, forFaults, redis, settings);

    public RedisProcess Redis => _redis ?? throw new InvalidOperationException("There is no Redis beside an embedded store.");

    public string Database => _database ?? throw new InvalidOperationException("An embedded store is no server.");

    public bool IsEmbedded => _embedded is not null;

    public List<ClusterNode> Nodes { get; } = [];

    /// <summary>Each node's own line to Redis, in a cluster that faults befall.</summary>
    public List<Line> Lines { get; } = [];

    /// <summary>Each node's own clock, in a cluster that faults befall; none where <see cref="MovableClock.Missing"/>.</summary>
    public List<MovableClock> Clocks { get; } = [];

    /// <summary>Its keys, made by the first node.</summary>
    public string Admin { get; private set; } = "";

    /// <summary>Why a cluster cannot be tried here, or null.</summary>
    public static string? Missing => TestStore.Missing(Engine.Postgres) ?? RedisProcess.Missing;

    /// <param name="database">A PostgreSQL database; one of its own when null.</param>
    public static Task<Cluster> StartAsync(int nodes = 2, string? database = null, params string[] settings) => StartAsync(nodes, database, false, settings);

    /// <summary>As <see cref="StartAsync(int, string?, string[])"/>, with what faults need.</summary>
    public static Task<Cluster> StartForFaultsAsync(int nodes = 2, string? database = null, params string[] settings) => StartAsync(nodes, database, true, settings);

    /// <summary>One node with what faults need on an embedded store in this folder, which is its caller's.</summary>
    public static async Task<Cluster> StartEmbeddedForFaultsAsync(string folder, params string[] settings)
    {
        var cluster = new Cluster(null, folder, false, true, null, settings);
        await cluster.AddAsync();
        return cluster;
    }

    private static async Task<Cluster> StartAsync(int nodes, string? database, bool forFaults, string[] settings)
    {
        var cluster = new Cluster(database ?? await TestStore.CreateDatabaseAsync(), null, database is null, forFaults, new RedisProcess(), settings);
        for (var i = 0; i < nodes; i++) await cluster.AddAsync();
        return cluster;
    }

    public async Task<ClusterNode> AddAsync(params string[] more)
    {
        var folder = Directory.CreateTempSubdirectory("behavior-node-").FullName;
        _folders.Add(folder);
        if (_forFaults && _redis is not null) Lines.Add(new Line(_redis.Port));
        if (_forFaults && MovableClock.Missing is null) Clocks.Add(new MovableClock(Path.Combine(folder, "clock")));
        var process = await StartNodeAsync(_embedded ?? folder, Nodes.Count, more);
        if (Admin.Length == 0)
        {
            var (code, output, errors) = await ProductProcess.RunOnAsync(_database, process.Folder, "keys", "create", "test", "--scope", "admin", "--json");
            if (code != 0) throw new InvalidOperationException(output + errors);
            Admin = JsonDocument.Parse(output).RootElement.GetProperty("key").GetString()!;
        }
        var node = new ClusterNode(process, Admin);
        Nodes.Add(node);
        return node;
    }

    /// <summary>Starts a node that ended again, on the same folder.</summary>
    public async Task RestartAsync(int node)
    {
        var before = Nodes[node];
        await before.Process.DisposeAsync();
        Nodes[node] = new ClusterNode(await StartNodeAsync(before.Process.Folder, node, []), Admin);
    }

    private Task<ProductProcess> StartNodeAsync(string folder, int number, string[] more)
    {
        string[] shared = IsEmbedded ? [] : ["--Storage:Postgres=" + _database, "--Nodes:Redis=" + (Lines.ElementAtOrDefault(number)?.Address ?? Redis.Address)];
        return ProductProcess.StartAsync(folder, Clocks.ElementAtOrDefault(number)?.Environment, [.. shared, $"--Nodes:Name=node{number + 1}", "--Accounts:PrintSetupLink=false", .. _settings, .. more]);
    }

    /// <summary>One number from the store.</summary>
    public async Task<long> AskAsync(string sql)
    {
        if (IsEmbedded) return await AskCopyAsync(sql);
        NpgsqlConnection.ClearAllPools();
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>An embedded store is its process's alone: asked is a copy, taken as it lies on the disk while the process stands still, as a kill would leave it.</summary>
    private async Task<long> AskCopyAsync(string sql)
    {
        var copy = Directory.CreateTempSubdirectory("behavior-copy-").FullName;
        Nodes[0].Process.Freeze();
        foreach (var file in Directory.GetFiles(_embedded!, "*.duckdb*")) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        Nodes[0].Process.Thaw();
        long answer;
        await using (var store = await TestStore.OpenAsync(Engine.DuckDb, keepIn: copy)) answer = await store.Database.ScalarAsync<long>(sql);
        Directory.Delete(copy, recursive: true);
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) await node.DisposeAsync();
        foreach (var line in Lines) line.Dispose();
        if (_redis is not null) await _redis.DisposeAsync();
        if (_own) await TestStore.DropDatabaseAsync(Database);
        foreach (var folder in _folders) Directory.Delete(folder, recursive: true);
    }
}

/// <summary>One node of a <see cref="Cluster"/>.</summary>
public sealed class ClusterNode : IAsyncDisposable
{
    private readonly string _key;

    internal ClusterNode(ProductProcess process, string key)
    {
        (Process, _key) = (process, key);
        Http = Client(key);
    }

    public ProductProcess Process { get; }

    public HttpClient Http { get; }

    public HttpClient Client(string key)
    {
        var http = new HttpClient { BaseAddress = Process.Address, Timeout = TimeSpan.FromSeconds(60) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    public async Task<JsonElement> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Http.PostAsync(new Uri(path, UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    public async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await Http.GetStringAsync(new Uri(path, UriKind.Relative))).RootElement;

    /// <summary>The live figures of the last day, as an open page shows them.</summary>
    public async Task<LiveFigures> LiveAsync()
    {
        await using var hub = new HubConnectionBuilder().WithUrl(new Uri(Process.Address, "hubs/live"), o => o.AccessTokenProvider = () => Task.FromResult<string?>(_key)).Build();
        await hub.StartAsync();
        var snapshot = await hub.InvokeAsync<JsonElement>("GetSnapshot");
        var now = snapshot.GetProperty("windows").GetProperty("24h").GetProperty("now");
        return new LiveFigures(now.GetProperty("events").GetInt64(), now.GetProperty("orders").GetInt64(), now.GetProperty("grossRevenue").GetDecimal(), now.GetProperty("activePeople").GetInt64(), now.GetProperty("sessions").GetInt64())
        { CatchingUp = snapshot.GetProperty("catchingUp").GetBoolean(), Late = snapshot.GetProperty("late").GetBoolean(), DiskFull = snapshot.TryGetProperty("diskFull", out var full) && full.GetBoolean() };
    }

    /// <summary>The same figures, counted in the store.</summary>
    public async Task<LiveFigures> StoredAsync()
    {
        var kpis = await GetAsync("v1/kpis?from=" + DateTimeOffset.UtcNow.AddDays(-1).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        return new LiveFigures(kpis.GetProperty("events").GetInt64(), kpis.GetProperty("orders").GetInt64(), kpis.GetProperty("gross_revenue").GetDecimal(), kpis.GetProperty("active_people").GetInt64(), kpis.GetProperty("sessions").GetInt64());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Process.DisposeAsync();
    }
}

/// <summary>What a live page shows of a day.</summary>
public sealed record LiveFigures(long Events, long Orders, decimal Revenue, long People, long Sessions)
{
    public bool CatchingUp { get; init; }

    public bool Late { get; init; }

    public bool DiskFull { get; init; }

    public LiveFigures Plain() => this with { CatchingUp = false, Late = false, DiskFull = false };
}
