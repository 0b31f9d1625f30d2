using System.Data.Common;
using Dapper;

namespace BehaviorDashboard.Storage;

/// <summary>An open connection, inside a transaction when it came from <see cref="Database.WriteAsync{T}"/>. Not for two threads.</summary>
public sealed class Session(DbConnection connection, DbTransaction? transaction, Dialect dialect, CancellationToken cancel)
{
    public Dialect Dialect => dialect;

    public CancellationToken Cancel => cancel;

    internal DbConnection Connection => connection;

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? arguments = null) =>
        (await connection.QueryAsync<T>(Command(sql, arguments))).AsList();

    public Task<T?> FirstOrDefaultAsync<T>(string sql, object? arguments = null) => connection.QueryFirstOrDefaultAsync<T>(Command(sql, arguments));

    public Task<T?> ScalarAsync<T>(string sql, object? arguments = null) => connection.ExecuteScalarAsync<T>(Command(sql, arguments));

    public Task<int> ExecuteAsync(string sql, object? arguments = null) => connection.ExecuteAsync(Command(sql, arguments));

    /// <summary>Rows as the engine holds them, for tables whose columns are known only when they are asked for.</summary>
    public async Task ReadRowsAsync(string sql, object? arguments, Action<DbDataReader> row)
    {
        await using var reader = await connection.ExecuteReaderAsync(Command(sql, arguments));
        while (await reader.ReadAsync(cancel)) row(reader);
    }

    /// <summary>Rows one by one, for results too large to hold.</summary>
    public IAsyncEnumerable<T> StreamAsync<T>(string sql, object? arguments = null) =>
        connection.QueryUnbufferedAsync<T>(dialect.Translate(sql), arguments, transaction);

    private CommandDefinition Command(string sql, object? arguments) =>
        new(dialect.Translate(sql), arguments, transaction, cancellationToken: cancel);
}
