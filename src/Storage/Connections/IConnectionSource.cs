using System.Data.Common;

namespace BehaviorDashboard.Storage;

/// <summary>Opens connections to one of the two engines.</summary>
public interface IConnectionSource : IAsyncDisposable
{
    Dialect Dialect { get; }

    ValueTask<DbConnection> OpenAsync(CancellationToken cancel);
}
