using System.Data.Common;

namespace BehaviorDashboard.Storage;

/// <summary>Opens connections to one of the two engines.</summary>
public interface IConnectionSource : IAsyncDisposable
{
    Dialect Dialect { get; }

    /// <exception cref="StoreUnavailableException">The store cannot be reached now.</exception>
    ValueTask<DbConnection> OpenAsync(CancellationToken cancel);

    /// <summary>What is open is of no more use (<see cref="Dialect.IsFatal"/>): open afresh next time.</summary>
    void Abandon();
}
