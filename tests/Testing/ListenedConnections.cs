using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json;
using BehaviorDashboard.Storage;
using Npgsql;

namespace BehaviorDashboard.Testing;

/// <summary>Connections whose server tells, with <c>auto_explain</c>, how it answered each statement.</summary>
/// <param name="which">Of which flow of work it is asked; of all where there is none.</param>
public sealed class ListenedConnections(string connectionString, string settings, Func<bool>? which = null) : IConnectionSource
{
    private const string Begin = "set auto_explain.log_min_duration = 0";

    private const string Tell = " -c session_preload_libraries=auto_explain -c auto_explain.log_level=notice -c auto_explain.log_format=json -c client_min_messages=notice";

    private readonly PostgresConnections _inner = new(new NpgsqlConnectionStringBuilder(connectionString) { Options = settings + Tell }.ConnectionString);
    private readonly ConcurrentQueue<JsonElement> _plans = new();

    public Dialect Dialect => _inner.Dialect;

    /// <summary>What was told since it was last asked: <c>Query Text</c> and <c>Plan</c>.</summary>
    public IReadOnlyList<JsonElement> Take()
    {
        var taken = new List<JsonElement>();
        while (_plans.TryDequeue(out var plan)) taken.Add(plan);
        return taken;
    }

    public async ValueTask<DbConnection> OpenAsync(CancellationToken cancel, bool writes = false)
    {
        var connection = await _inner.OpenAsync(cancel, writes);
        if (which?.Invoke() == false) return connection;
        ((NpgsqlConnection)connection).Notice += (_, told) =>
        {
            if (told.Notice.MessageText.IndexOf('{', StringComparison.Ordinal) is > 0 and var start && told.Notice.MessageText.StartsWith("duration:", StringComparison.Ordinal))
                _plans.Enqueue(JsonDocument.Parse(told.Notice.MessageText[start..]).RootElement);
        };
        // Until the connection is given back: the pool forgets it then.
        await using var begin = connection.CreateCommand();
        begin.CommandText = Begin;
        await begin.ExecuteNonQueryAsync(cancel);
        return connection;
    }

    public Task<bool> CompactAsync(string finish, CancellationToken cancel) => _inner.CompactAsync(finish, cancel);

    public void Abandon() => _inner.Abandon();

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
