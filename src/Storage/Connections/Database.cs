using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using BehaviorDashboard.Nodes;

namespace BehaviorDashboard.Storage;

/// <summary>
/// The one way to the store. Statements are written once, with <c>@name</c> parameters, and run on either engine.
/// Every call is cancellable; calls to an engine that blocks run on a pool thread, so that no circuit waits.
/// </summary>
public sealed class Database(IConnectionSource connections, SlowStatements? slow = null)
{
    private const int Attempts = 5;

    public Dialect Dialect => connections.Dialect;

    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? arguments = null, CancellationToken cancel = default, [CallerFilePath] string file = "", [CallerMemberName] string member = "") =>
        ReadAsync(session => session.QueryAsync<T>(sql, arguments, file, member), cancel);

    public Task<T?> FirstOrDefaultAsync<T>(string sql, object? arguments = null, CancellationToken cancel = default, [CallerFilePath] string file = "", [CallerMemberName] string member = "") =>
        ReadAsync(session => session.FirstOrDefaultAsync<T>(sql, arguments, file, member), cancel);

    public Task<T?> ScalarAsync<T>(string sql, object? arguments = null, CancellationToken cancel = default, [CallerFilePath] string file = "", [CallerMemberName] string member = "") =>
        ReadAsync(session => session.ScalarAsync<T>(sql, arguments, file, member), cancel);

    /// <summary>Runs one changing statement in a transaction of its own.</summary>
    /// <returns>Rows touched.</returns>
    public Task<int> ExecuteAsync(string sql, object? arguments = null, CancellationToken cancel = default, [CallerFilePath] string file = "", [CallerMemberName] string member = "") =>
        WriteAsync(session => session.ExecuteAsync(sql, arguments, file, member), cancel);

    /// <summary>Several reads on one connection.</summary>
    public Task<T> ReadAsync<T>(Func<Session, Task<T>> work, CancellationToken cancel = default) => OffThread(async () =>
    {
        await using var connection = await connections.OpenAsync(cancel);
        await using var transaction = Dialect.PlansApart ? await connection.BeginTransactionAsync(cancel) : null;
        return await work(new Session(connection, transaction, Dialect, slow, cancel));
    }, cancel);

    /// <summary>Several reads of one moment: no commit falls between them.</summary>
    public Task<T> SnapshotAsync<T>(Func<Session, Task<T>> work, CancellationToken cancel = default) => OffThread(async () =>
    {
        await using var connection = await connections.OpenAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Snapshot, cancel);
        return await work(new Session(connection, transaction, Dialect, slow, cancel));
    }, cancel);

    /// <summary>
    /// All of <paramref name="work"/> or nothing. A conflict with another writer runs the work again, so it must
    /// not have effects outside the transaction. Under a <see cref="Lease"/> nothing is written once another node has it.
    /// </summary>
    /// <exception cref="LeaseLostException">Another node has the lease.</exception>
    public Task<T> WriteAsync<T>(Func<Session, Task<T>> work, CancellationToken cancel = default) => OffThread(async () =>
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await connections.OpenAsync(cancel, writes: true);
                await using var transaction = await connection.BeginTransactionAsync(cancel);
                var session = new Session(connection, transaction, Dialect, slow, cancel);
                await Lease.CheckAsync(session);
                var result = await work(session);
                connections.RequireRoom();
                await transaction.CommitAsync(CancellationToken.None);
                return result;
            }
            catch (DbException problem) when (attempt < Attempts && Dialect.IsConflict(problem))
            {
                await Task.Delay(attempt * attempt * 5, cancel);
            }
        }
    }, cancel);

    public Task WriteAsync(Func<Session, Task> work, CancellationToken cancel = default) => WriteAsync(async session =>
    {
        await work(session);
        return true;
    }, cancel);

    private async Task<T> OffThread<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        try
        {
            return await (Dialect.Blocks ? Task.Run(work, cancel) : work());
        }
        catch (DbException problem) when (Dialect.IsFatal(problem))
        {
            connections.Abandon();
            throw new StoreUnavailableException($"The store had to be closed: {problem.Message}", problem) { DiskFull = Dialect.IsDiskFull(problem) };
        }
        catch (DataException problem) when (problem.InnerException is DbException inner)
        {
            // So says who reads a row when the rest of it does not come.
            throw new StoreUnavailableException($"The store broke off in the middle of an answer: {inner.Message}", inner);
        }
        catch (DbException problem) when (Dialect.IsDiskFull(problem))
        {
            throw new StoreUnavailableException($"The disk of the store is full, so nothing can be stored until there is room again: {problem.Message}", problem) { DiskFull = true };
        }
        catch (DbException problem) when (StatementException.Of(problem) is { } bare)
        {
            throw bare;
        }
    }
}
