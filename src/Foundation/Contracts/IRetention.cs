namespace BehaviorDashboard.Contracts;

/// <summary>Upward seam: a kind of data that is kept for some days only. What is due is shown before it goes.</summary>
public interface IRetention
{
    /// <summary>Such as <c>rejects</c>; a resource key of the page that shows it.</summary>
    string Kind { get; }

    /// <summary>Days it is kept; 0: for ever.</summary>
    int Days { get; }

    /// <summary>How many records are older than an instant.</summary>
    Task<long> DueAsync(DateTimeOffset before, CancellationToken cancel = default);

    /// <summary>Removes them.</summary>
    /// <returns>How many.</returns>
    Task<long> RemoveAsync(DateTimeOffset before, CancellationToken cancel = default);
}
