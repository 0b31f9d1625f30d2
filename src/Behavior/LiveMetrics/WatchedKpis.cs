using BehaviorDashboard.Contracts;
using BehaviorDashboard.Look;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>The figures of the KPI catalogue that can be watched, over each live window. A key is a metric and a window, such as <c>conversion.1h</c>.</summary>
public static class WatchedKpis
{
    private static readonly (string Metric, string Unit, Func<KpiValues, double?> Value)[] Metrics =
    [
        ("revenue", "money", v => (double)v.Revenue),
        ("orders", "count", v => v.Orders),
        ("aov", "money", v => (double?)v.Aov),
        ("conversion", "share", v => v.Conversion),
        ("cart_abandonment", "share", v => v.CartAbandonment),
        ("sessions", "count", v => v.Sessions),
        ("product_views", "count", v => v.ProductViews),
        ("carts", "count", v => v.Carts),
        ("checkouts", "count", v => v.Checkouts),
        ("units", "count", v => v.Units),
        ("refunds", "money", v => (double)v.Refunds),
        ("searches", "count", v => v.Searches),
        ("zero_result_searches", "count", v => v.ZeroResultSearches),
        ("events", "count", v => v.Events),
    ];

    private static readonly Dictionary<string, Func<KpiValues, double?>> Values = Metrics.ToDictionary(m => m.Metric, m => m.Value);

    public static IReadOnlyList<WatchedKpi> All { get; } =
        [.. Metrics.SelectMany(m => LiveWindows.Keys.Select(w => new WatchedKpi($"{m.Metric}.{w}", () => $"{Glossary.Find(m.Metric)!.Name} ({w})", m.Unit, OfObject: false)))];

    /// <summary>The live window of a key.</summary>
    public static string WindowOf(string key) => key[(key.LastIndexOf('.') + 1)..];

    /// <summary>The figure of a key; null where there is nothing to divide by.</summary>
    public static double? Read(string key, KpiValues values) => Values[key[..key.LastIndexOf('.')]](values);

    public static bool Knows(string key) => key.LastIndexOf('.') is > 0 and var dot && Values.ContainsKey(key[..dot]) && LiveWindows.Keys.Contains(key[(dot + 1)..]);
}
