using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;

namespace BehaviorDashboard.Contracts;

/// <summary>
/// Upward seam: a slice whose figures feedback rules may watch. What it answers for an instant of the past must be what it
/// would have answered then, or null: rules are tried on history.
/// </summary>
public interface IKpiSource
{
    /// <summary>Such as <c>shop</c>, <c>segment</c>, <c>campaign</c>, <c>stock</c>, <c>reviews</c>, <c>model</c>.</summary>
    string Source { get; }

    /// <summary>Raised when figures may have moved; null where they are only asked for.</summary>
    Signal? Changed { get; }

    /// <summary>What can be watched.</summary>
    IReadOnlyList<WatchedKpi> Kpis { get; }

    /// <summary>The objects whose figures these are, such as campaigns; none where the figures are the whole shop's.</summary>
    Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string text, int limit, CancellationToken cancel = default);

    /// <summary>A figure at an instant; null where it is not known.</summary>
    Task<KpiReading?> ReadAsync(KpiName kpi, DateTimeOffset at, CancellationToken cancel = default);

    /// <summary>A figure of every object at once; null where the source has no quicker way than one after the other.</summary>
    Task<KpiOfEach?> ReadEachAsync(string key, DateTimeOffset at, CancellationToken cancel = default) => Task.FromResult<KpiOfEach?>(null);

    /// <summary>Every change of a figure up to the end of a range, oldest first, from the one that stood at its start; null where it can only be looked at in steps.</summary>
    Task<IReadOnlyList<KpiReading>?> ChangesAsync(KpiName kpi, TimeRange range, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<KpiReading>?>(null);

    /// <summary>A figure at the end of every step of a range, oldest first; steps at which it is not known are left out.</summary>
    Task<IReadOnlyList<KpiReading>> HistoryAsync(KpiName kpi, TimeRange range, TimeSpan step, CancellationToken cancel = default);
}

/// <summary>A figure that can be watched.</summary>
/// <param name="Title">In the reader's language.</param>
/// <param name="Unit">count, share, money, days or number.</param>
/// <param name="OfObject">Whether it is an object's, not the whole shop's.</param>
public sealed record WatchedKpi(string Key, Func<string> Title, string Unit, bool OfObject);

/// <summary>Something a figure belongs to, such as one campaign.</summary>
public sealed record WatchedObject(string Id, string Title, string? Href = null);

/// <summary>Which figure of which object.</summary>
public sealed record KpiName(string Source, string Key, string? ObjectId = null);

/// <summary>A figure of many objects, as <see cref="IKpiSource.ReadAsync"/> would answer for each.</summary>
/// <param name="Others">Of every object that is not named; null where it is not known.</param>
public sealed record KpiOfEach(IReadOnlyDictionary<string, KpiReading> Known, KpiReading? Others = null)
{
    public KpiReading? Of(string objectId) => Known.TryGetValue(objectId, out var reading) ? reading : Others;
}

/// <summary>A figure as it was at an instant, with its band where it is an estimate.</summary>
public sealed record KpiReading(double Value, DateTimeOffset AsOf, double? Low = null, double? High = null);
