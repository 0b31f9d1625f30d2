namespace BehaviorDashboard.Storage;

/// <summary>The store cannot be reached; the message says which and what to do.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Its disk is full: what is stored can be read.</summary>
    public bool DiskFull { get; init; }
}
