using System.Globalization;
using BehaviorDashboard.Clusters.Pages;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Clusters;

/// <summary>What sets a cluster apart: a figure that is higher or lower than everybody's.</summary>
public sealed record ClusterMark(string Feature, bool High, double Distance);

/// <summary>Calls clusters by what distinguishes them most, in the reader's language, unless somebody gave a name.</summary>
internal sealed class ClusterNames(IStringLocalizer<ClustersText> text)
{
    private const double Notable = 0.3;
    private const int MostMarks = 4;

    /// <summary>Figures that marketers steer by: they name a cluster before others that are a little more telling.</summary>
    private static readonly HashSet<string> Steered = ["days_since_last_order", "orders", "net_revenue", "average_order"];

    private const double Preferred = 1.3;

    /// <summary>Figures that say nearly the same in a name.</summary>
    private static readonly string[][] Kin =
    [
        ["days_since_last_order", "days_since_last_seen"], ["orders", "sessions", "net_revenue"], ["average_order", "units_per_order"],
        ["browse_depth", "product_views", "searches", "cart_adds"], ["reviews", "review_mean"],
    ];

    /// <summary>The most telling first; of figures that say nearly the same only the one.</summary>
    public static IReadOnlyList<ClusterMark> Marks(ClusterModel model, ClusterProfile cluster)
    {
        var marks = model.Features.Select((f, i) => new ClusterMark(f, cluster.Distances[i] > 0, cluster.Distances[i])).Where(m => Math.Abs(m.Distance) >= Notable).OrderByDescending(m => Math.Abs(m.Distance) * (Steered.Contains(m.Feature) ? Preferred : 1));
        var chosen = new List<ClusterMark>();
        foreach (var mark in marks)
            if (chosen.Count < MostMarks && !chosen.Any(c => Kin.Any(k => k.Contains(c.Feature) && k.Contains(mark.Feature)))) chosen.Add(mark);
        return chosen;
    }

    /// <summary>Two marks, and more where two clusters would be called the same.</summary>
    public IReadOnlyDictionary<int, string> Of(ClusterModel model, IReadOnlyDictionary<int, string> given)
    {
        var names = new Dictionary<int, string>();
        foreach (var cluster in model.Clusters)
        {
            var marks = Marks(model, cluster).Select(m => (string)text[$"Mark.{m.Feature}.{(m.High ? "high" : "low")}"]).ToList();
            var length = 2;
            string Name() => marks.Count == 0 ? text["Mark.Average"] : Begun(string.Join(text["Mark.And"], marks.Take(length)));
            while (length < marks.Count && names.ContainsValue(Name())) length++;
            var name = given.GetValueOrDefault(cluster.Id) ?? Name();
            names[cluster.Id] = names.ContainsValue(name) ? $"{name} ({cluster.Id})" : name;
        }
        return names;
    }

    private static string Begun(string words) => char.ToUpper(words[0], CultureInfo.CurrentCulture) + words[1..];

    public string Feature(string key) => text["F." + key];

    public string Title => text["Title.Short"];
}
