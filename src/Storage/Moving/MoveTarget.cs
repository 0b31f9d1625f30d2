using System.Diagnostics;
using System.Globalization;
using BehaviorDashboard.Events;
using Npgsql;
using NpgsqlTypes;

namespace BehaviorDashboard.Storage;

/// <summary>The PostgreSQL store that an embedded one is moved to.</summary>
internal sealed class MoveTarget : IAsyncDisposable
{
    private const string ApplicationName = "BehaviorDashboard migrate-store";

    private const string InUse = "select count(*) from pg_stat_activity where datname = current_database() and application_name = @Name";

    // Says whose copy this is, so that only an unfinished move of the same store is taken up again.
    private const string Mark = "create table if not exists store_move (source text primary key, started_at timestamptz not null)";

    private const string Marked = "select count(*) from store_move where source = @Source";

    private const string WriteMark = "insert into store_move (source, started_at) values (@Source, now()) on conflict (source) do nothing";

    private const string Types = "select table_name || '.' || column_name as Column, udt_name as Type from information_schema.columns where table_schema = current_schema()";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private sealed record ColumnType(string Column, string Type);

    private readonly PostgresConnections _connections;
    private readonly Database _database;
    private Dictionary<string, string> _types = [];

    /// <exception cref="BackupException">Not a connection string.</exception>
    public MoveTarget(string connectionString)
    {
        try
        {
            _connections = new PostgresConnections(connectionString, ApplicationName);
        }
        catch (ArgumentException problem)
        {
            throw new BackupException($"--to is not a PostgreSQL connection string (Host=…;Database=…;Username=…;Password=…): {problem.Message}", problem);
        }
        _database = new Database(_connections);
    }

    /// <summary>Brings the tables to this version, and refuses a store that has a life of its own.</summary>
    /// <param name="source">What names the store that is moved.</param>
    public async Task PrepareAsync(Upgrade upgrade, string source, DateTime? newest, CancellationToken cancel)
    {
        // The server needs a moment to see that a process has ended.
        for (var started = Stopwatch.GetTimestamp(); await _database.ScalarAsync<long>(InUse, new { PostgresConnections.Name }, cancel) > 0; await Task.Delay(100, cancel))
            if (Stopwatch.GetElapsedTime(started) > Patience) throw new BackupException("A BehaviorDashboard is running on the database named by --to. Stop it, or name an empty database.");
        await upgrade.MigrateAsync(_database, cancel);
        await _database.ExecuteAsync(Mark, cancel: cancel);
        if (await _database.ScalarAsync<long>(Marked, new { Source = source }, cancel) == 0)
        {
            if (await upgrade.FirstDataAsync(_connections, cancel) is { } data)
                throw new BackupException(string.Create(CultureInfo.InvariantCulture, $"The database named by --to holds data of its own ({data.Rows:N0} rows in {data.Table}). Name an empty database."));
            await _database.ExecuteAsync(WriteMark, new { Source = source }, cancel);
        }
        var there = await _database.ScalarAsync<DateTime?>($"select max({TablePart.TimeColumn}) from events", cancel: cancel);
        if (there is { } last && !(last <= newest))
            throw new BackupException("The database named by --to has received events of its own since it was copied: it is in use. Nothing was changed; to copy anew, name an empty database.");
        _types = (await _database.QueryAsync<ColumnType>(Types, cancel: cancel)).ToDictionary(c => c.Column, c => c.Type);
    }

    /// <summary>Makes the months that events of these times will lie in.</summary>
    public async Task MakeMonthsAsync(IReadOnlyList<DateTimeOffset> times, DateTimeOffset now, CancellationToken cancel)
    {
        if (!await _database.ScalarAsync<bool>(EventMonths.Are, cancel: cancel)) return;
        var months = new EventMonths();
        await _database.ReadAsync(async session =>
        {
            await months.LoadAsync(session);
            return true;
        }, cancel);
        await months.MakeAsync(_database, times, now);
    }

    public async Task<TableSum> SumAsync(TablePart part, CancellationToken cancel)
    {
        await using var connection = await _connections.OpenAsync(cancel);
        return await TableReader.SumAsync(connection, part.Table, part.From, cancel);
    }

    public Task<long> CountAsync(TablePart part, CancellationToken cancel) => _database.ScalarAsync<long>($"select count(*) from {part.From}", cancel: cancel);

    /// <summary>Replaces this part by the rows that <paramref name="read"/> hands over; all, proven, or nothing.</summary>
    public async Task<TableSum> ReplaceAsync(TablePart part, Func<Func<object[], ValueTask>, Task> read, CancellationToken cancel)
    {
        var types = part.Table.Columns.Select(c => TypeOf(part.Table.Name, c)).ToArray();
        var sum = new RowSum();
        await using var connection = (NpgsqlConnection)await _connections.OpenAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var ofEvents = part.Table.Name == "events";
        // Some tables (the audit log) refuse to be changed by a trigger; the change is undone with it if this fails.
        var clearing = ofEvents ? $"with gone as (delete from {part.From} returning message_id) delete from event_ids where id in (select cast(md5(message_id) as uuid) from gone)" : $"alter table {part.Name} disable trigger user; delete from {part.From}; alter table {part.Name} enable trigger user";
        await using (var clear = new NpgsqlCommand(clearing, connection) { CommandTimeout = 0 }) await clear.ExecuteNonQueryAsync(cancel);
        await using (var copy = await connection.BeginBinaryImportAsync($"copy {part.Name} ({part.Table.ColumnList}) from stdin (format binary)", cancel))
        {
            await read(async values =>
            {
                sum.Add(values);
                await copy.StartRowAsync(cancel);
                for (var i = 0; i < values.Length; i++)
                    if (values[i] is DBNull) await copy.WriteNullAsync(cancel);
                    else await copy.WriteAsync(As(values[i], types[i]), types[i], cancel);
            });
            await copy.CompleteAsync(cancel);
        }
        if (ofEvents) await using (var ids = new NpgsqlCommand($"insert into event_ids select cast(md5(message_id) as uuid) from {part.From}", connection) { CommandTimeout = 0 }) await ids.ExecuteNonQueryAsync(cancel);
        var expected = sum.Of(part.Table.Name);
        BackupException.Compare([expected], [await TableReader.SumAsync(connection, part.Table, part.From, cancel)], "What PostgreSQL holds");
        await transaction.CommitAsync(cancel);
        return expected;
    }

    /// <summary>New numbers go on behind those that were given out.</summary>
    public Task ContinueAsync(string sequence, long last, CancellationToken cancel) =>
        _database.ScalarAsync<long>("select setval(cast(@Sequence as text)::regclass, @Last)", new { Sequence = SqlName.Quote(sequence), Last = last }, cancel);

    // One word alone would be taken for the name of a procedure.
    public Task AnalyzeAsync(CancellationToken cancel) => _database.ExecuteAsync("analyze;", cancel: cancel);

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private NpgsqlDbType TypeOf(string table, string column) => _types.GetValueOrDefault($"{table}.{column}") switch
    {
        "text" or "varchar" => NpgsqlDbType.Text,
        "int4" => NpgsqlDbType.Integer,
        "int8" => NpgsqlDbType.Bigint,
        "int2" => NpgsqlDbType.Smallint,
        "bool" => NpgsqlDbType.Boolean,
        "float8" => NpgsqlDbType.Double,
        "float4" => NpgsqlDbType.Real,
        "numeric" => NpgsqlDbType.Numeric,
        "timestamptz" => NpgsqlDbType.TimestampTz,
        "date" => NpgsqlDbType.Date,
        "json" => NpgsqlDbType.Json,
        "bytea" => NpgsqlDbType.Bytea,
        null => throw new BackupException($"PostgreSQL has no column {table}.{column}: the embedded store is of another version than this product."),
        var other => throw new BackupException($"{table}.{column} is of type {other}, which a move does not know."),
    };

    private static object As(object value, NpgsqlDbType type) => type switch
    {
        NpgsqlDbType.TimestampTz => DateTime.SpecifyKind((DateTime)value, DateTimeKind.Utc),
        NpgsqlDbType.Integer => Convert.ToInt32(value, CultureInfo.InvariantCulture),
        NpgsqlDbType.Bigint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        NpgsqlDbType.Smallint => Convert.ToInt16(value, CultureInfo.InvariantCulture),
        _ => value,
    };
}
