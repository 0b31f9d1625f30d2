using System.Data.Common;

namespace BehaviorDashboard.Storage;

/// <summary>Opens connections to one of the two engines.</summary>
public interface IConnectionSource : IAsyncDisposable
{
    Dialect Dialect { get; }

    /// <param name="writes">Whether the connection will change what is stored; during a compaction such wait.</param>
    /// <exception cref="StoreUnavailableException">The store cannot be reached now.</exception>
    ValueTask<DbConnection> OpenAsync(CancellationToken cancel, bool writes = false);

    /// <summary>Asked before every commit; a server looks after its disk itself.</summary>
    /// <exception cref="StoreUnavailableException">There is too little room on the disk to try.</exception>
    void RequireRoom()
    {
    }

    /// <summary>
    /// Takes what was deleted off the disk as well. Readers go on meanwhile and writers wait; where that cannot be done
    /// within reason it is left for another time.
    /// </summary>
    /// <param name="finish">A statement run as part of it when it was done.</param>
    /// <returns>False when it was left.</returns>
    Task<bool> CompactAsync(string finish, CancellationToken cancel);

    /// <summary>What is open is of no more use (<see cref="Dialect.IsFatal"/>): open afresh next time.</summary>
    void Abandon();
}
