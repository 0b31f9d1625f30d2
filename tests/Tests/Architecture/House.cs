namespace BehaviorDashboard.Tests.Architecture;

/// <summary>
/// Who may see whom. Projects follow the one-way road; inside it, a slice may name only the slices written here.
/// A namespace's first part after <c>BehaviorDashboard</c> is its slice.
/// </summary>
internal static class House
{
    public static readonly IReadOnlyDictionary<string, string[]> Projects = new Dictionary<string, string[]>
    {
        ["Foundation"] = [],
        ["Look"] = ["Foundation"],
        ["Storage"] = ["Foundation"],
        ["Learning"] = ["Foundation", "Look", "Storage"],
        ["Behavior"] = ["Foundation", "Look", "Storage", "Learning"],
        ["Audience"] = ["Foundation", "Look", "Storage", "Learning", "Behavior"],
        ["Supply"] = ["Foundation", "Look", "Storage", "Learning", "Behavior"],
        ["Marketing"] = ["Foundation", "Look", "Storage", "Learning", "Behavior", "Audience", "Supply"],
        ["DemoShop"] = ["Foundation"],
        ["Web"] = ["Foundation", "Look", "Storage", "Learning", "Behavior", "Audience", "Supply", "Marketing", "DemoShop"],
    };

    /// <summary>Slices everybody may see.</summary>
    public static readonly string[] Common = ["Ids", "Live", "Reports", "Contracts", "Statistics", "Storage", "Events", "Nodes", "Look"];

    /// <summary>Slice to the other slices it may see, beyond <see cref="Common"/> (and what its project may reference).</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Slices = new Dictionary<string, string[]>
    {
        ["Ids"] = [],
        ["Live"] = [],
        ["Reports"] = [],
        ["Contracts"] = [],
        ["Statistics"] = [],
        ["Look"] = [],
        ["Storage"] = [],
        ["Events"] = [],
        ["Nodes"] = [],
        ["Ingest"] = ["Quality"],
        ["Quality"] = ["Ingest"],
        ["Imports"] = ["Ingest"],
        ["Sources"] = ["Quality"],
        ["Webhooks"] = [],
        ["LiveMetrics"] = [],
        ["Profiles"] = [],
        ["Features"] = [],
        ["Learning"] = [],
        ["Clusters"] = ["Features", "Learning", "Segments"],
        ["Segments"] = ["Features", "Profiles", "Webhooks"],
        ["Predictions"] = ["Features", "Learning", "Profiles", "Segments"],
        ["Privacy"] = ["Learning", "Profiles"],
        ["Reviews"] = ["Imports", "Learning"],
        ["Catalog"] = ["LiveMetrics"],
        ["Forecasting"] = ["Catalog", "Learning"],
        ["Inventory"] = ["Catalog", "Forecasting"],
        ["LostDemand"] = ["Catalog", "Forecasting", "Inventory"],
        ["Recommendations"] = ["Catalog", "Features", "Forecasting", "Inventory", "Learning", "LiveMetrics", "Predictions", "Profiles", "Segments"],
        ["Campaigns"] =
        [
            "Catalog", "Clusters", "Features", "Forecasting", "Inventory", "Learning", "LostDemand", "Predictions", "Profiles", "Recommendations", "Segments", "Webhooks",
        ],
        ["ServiceDesk"] = ["Campaigns", "Catalog", "Inventory", "Learning", "Predictions", "Profiles", "Reviews", "Segments", "Webhooks"],
        ["FeedbackRules"] =
        [
            "Campaigns", "Catalog", "Forecasting", "Inventory", "Learning", "LiveMetrics", "LostDemand", "Profiles", "Recommendations", "Reviews", "Segments",
            "ServiceDesk", "Webhooks",
        ],
        ["DemoShop"] = [],
        ["Accounts"] = [],
        ["Api"] = ["Accounts"],
        ["Statements"] = [],
        ["Commands"] = ["Accounts", "Api"],
        ["Demo"] = ["DemoShop", "Api", "Accounts"],
    };

    /// <summary>Slices of Web that hold the product together and may see everything.</summary>
    public static readonly string[] Hosts = ["Web", "Shell"];

    /// <summary>Assemblies only one project may name.</summary>
    public static readonly IReadOnlyDictionary<string, string> Owners = new Dictionary<string, string>
    {
        ["DuckDB.NET.Data"] = "Storage",
        ["DuckDB.NET.Bindings"] = "Storage",
        ["Npgsql"] = "Storage",
        ["StackExchange.Redis"] = "Storage",
    };

    /// <summary>Assemblies of the user interface: only in <c>*.Pages</c>, Look and the hosts.</summary>
    public static readonly string[] Interface = ["MudBlazor", "Microsoft.AspNetCore.Components", "Microsoft.AspNetCore.Components.Web"];
}
