using System.Data.Common;
using System.Runtime.CompilerServices;
using Dapper;

namespace BehaviorDashboard.Storage;

/// <summary>
/// An open connection, inside a transaction when it came from <see cref="Database.WriteAsync{T}"/>. Not for two threads.
/// Each call is timed under the name of the method it stands in; see <see cref="SlowStatements"/>.
/// </summary>
public sealed class Session(DbConnection connection, DbTransaction? transaction, Dialect dialect, SlowStatements? slow, CancellationToken cancel)
{
    public Dialect Dialect => dialect;

    public CancellationToken Cancel => cancel;

    internal DbConnection Connection => connection;

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? arguments = null, [CallerFilePath] string file = "", [CallerMemberName] string member = "")
    {
        using var call = slow?.Begin(sql, file, member);
        var rows = (await connection.QueryAsync<T>(Command(sql, arguments))).AsList();
        call?.Rows = rows.Count;
        return rows;
    }

    public async Task<T?> FirstOrDefaultAsync<T>(string sql, object? arguments = null, [CallerFilePath] string file = "", [CallerMemberName] string member = "")
    {
        using var call = slow?.Begin(sql, file, member);
        return await connection.QueryFirstOrDefaultAsync<T>(Command(sql, arguments));
    }

    public async Task<T?> ScalarAsync<T>(string sql, object? arguments = null, [CallerFilePath] string file = "", [CallerMemberName] string member = "")
    {
        using var call = slow?.Begin(sql, file, member);
        return await connection.ExecuteScalarAsync<T>(Command(sql, arguments));
    }

    public async Task<int> ExecuteAsync(string sql, object? arguments = null, [CallerFilePath] string file = "", [CallerMemberName] string member = "")
    {
        using var call = slow?.Begin(sql, file, member);
        var rows = await connection.ExecuteAsync(Command(sql, arguments));
        call?.Rows = Math.Max(0, rows);
        return rows;
    }

    /// <summary>As <see cref="ExecuteAsync"/>, for work on whole tables: however long it takes.</summary>
    internal Task ExecuteLongAsync(string sql) => connection.ExecuteAsync(new CommandDefinition(dialect.Translate(sql), null, transaction, commandTimeout: 0, cancellationToken: cancel));

    /// <summary>Rows as the engine holds them, for tables whose columns are known only when they are asked for.</summary>
    public async Task ReadRowsAsync(string sql, object? arguments, Action<DbDataReader> row, [CallerFilePath] string file = "", [CallerMemberName] string member = "")
    {
        using var call = slow?.Begin(sql, file, member);
        await using var reader = await connection.ExecuteReaderAsync(Command(sql, arguments));
        while (await reader.ReadAsync(cancel)) row(reader);
    }

    /// <summary>Rows one by one, for results too large to hold. Not timed: the reader's own work would be in it.</summary>
    public IAsyncEnumerable<T> StreamAsync<T>(string sql, object? arguments = null) =>
        connection.QueryUnbufferedAsync<T>(dialect.Translate(sql), arguments, transaction);

    private CommandDefinition Command(string sql, object? arguments) =>
        new(dialect.Translate(sql), arguments, transaction, cancellationToken: cancel);
}
