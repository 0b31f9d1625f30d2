namespace BehaviorDashboard.LiveMetrics;

/// <summary>What the live page and the hub show at one moment.</summary>
/// <param name="AsOf">When it was taken.</param>
/// <param name="CatchingUp">True while the windows are still being read from the store: figures are too low.</param>
/// <param name="Late">True while other web nodes cannot be heard: what they store is seen some seconds late.</param>
/// <param name="StoreAnswers">False while a store on a server cannot be reached: nothing new can be stored.</param>
/// <param name="DiskFull">True while the store's disk is full: what is stored can be read, nothing new can be stored.</param>
/// <param name="EventsPerSecond">Over the last ten seconds.</param>
/// <param name="Windows">By key: 5m, 1h, 24h.</param>
/// <param name="Recent">Newest first.</param>
public sealed record LiveSnapshot(DateTimeOffset AsOf, bool CatchingUp, bool Late, bool StoreAnswers, bool DiskFull, double EventsPerSecond, IReadOnlyDictionary<string, KpiWindow> Windows, IReadOnlyList<RecentEvent> Recent);

/// <summary>Something worth a line as it happens: an order, a refund, a search without result, a review.</summary>
/// <param name="Kind">The event's name.</param>
/// <param name="Person">The person's key, or null for nobody known.</param>
public sealed record RecentEvent(DateTimeOffset At, string Kind, string? Person, decimal? Amount, string? Currency, string? Text);
