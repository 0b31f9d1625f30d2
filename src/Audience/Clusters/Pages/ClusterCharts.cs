using System.Globalization;
using BehaviorDashboard.Look;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Clusters.Pages;

/// <summary>The pictures of one version.</summary>
internal sealed class ClusterCharts(IStringLocalizer<ClustersText> text, ClusterModel model, IReadOnlyDictionary<int, string> names, Func<string, string> feature)
{
    private static readonly string[] Symbols = ["circle", "rect", "triangle", "diamond", "pin", "roundRect", "arrow", "circle", "rect", "triangle"];

    /// <summary>As the table lists them: a cluster keeps its place and colour in every picture.</summary>
    private IEnumerable<ClusterProfile> Largest => model.Clusters.OrderByDescending(c => c.Size);

    /// <summary>A sample of people in the first two components, a colour and a shape a cluster.</summary>
    public ChartModel Map()
    {
        var legend = 22 * Math.Min(5, model.Clusters.Count);
        var options = new
        {
            grid = new { left = 8, right = 16, top = 12, bottom = legend + 28, outerBoundsMode = "same", outerBoundsContain = "axisLabel" },
            legend = new { show = true, bottom = 0, left = 0, itemWidth = 10, itemHeight = 10, type = "scroll", orient = "vertical", height = legend },
            tooltip = new { trigger = "item" },
            xAxis = new { type = "value", name = Axis(0), nameLocation = "middle", nameGap = 24, scale = true },
            yAxis = new { type = "value", scale = true, splitLine = new { show = true } },
            series = Largest.Select((c, i) => new
            {
                type = "scatter", name = names[c.Id], symbolSize = 5, symbol = Symbols[i % Symbols.Length], itemStyle = new { opacity = 0.65 },
                data = model.Scatter.Where(p => p.Cluster == c.Id).Select(p => new[] { p.X, p.Y }),
            }),
        };
        return new ChartModel(options, new ChartTable([text["Name"], Axis(0), Axis(1)], [.. model.Scatter.Select(p => (IReadOnlyList<object?>)[names[p.Cluster], p.X, p.Y])]));
    }

    /// <summary>How far each cluster's mean lies from everybody's; the table holds the means themselves.</summary>
    public ChartModel Profile()
    {
        var clusters = Largest.ToList();
        var cells = model.Features.SelectMany((_, y) => clusters.Select((c, x) => new object[] { x, y, Math.Round(c.Distances[y], 2) }));
        var options = new
        {
            grid = new { left = 8, right = 8, top = 4, bottom = 40, outerBoundsMode = "same", outerBoundsContain = "axisLabel" },
            tooltip = new { trigger = "item" },
            xAxis = new { type = "category", data = clusters.Select(c => names[c.Id]), axisLabel = new { width = Math.Clamp(320 / clusters.Count, 36, 84), overflow = "break", interval = 0, hideOverlap = false, fontSize = 10 } },
            yAxis = new { type = "category", data = model.Features.Select(feature), inverse = true },
            visualMap = new { min = -2, max = 2, calculable = false, orient = "horizontal", left = "center", bottom = 0, itemHeight = 80, itemWidth = 10, inRange = new { color = new[] { "#b2600c", "#e8b27a", "#f3f3f1", "#8fb4dc", "#2a62a8" } } },
            series = new[] { new { type = "heatmap", label = new { show = true, fontSize = 10, color = "#222" }, data = cells } },
        };
        var rows = model.Features.Select((f, i) => (IReadOnlyList<object?>)[feature(f), Known(model.Means[i]), .. clusters.Select(c => Known(c.Means[i]))]).ToList();
        return new ChartModel(options, new ChartTable([text["Feature"], text["Everybody"], .. clusters.Select(c => names[c.Id])], rows));
    }

    /// <summary>Null for the first version: nothing to compare with.</summary>
    public ChartModel? Moves()
    {
        if (model.Moves.Count == 0) return null;
        string Name(int? id) => id is null ? text["Nowhere"] : names.GetValueOrDefault(id.Value, text["Gone", id.Value.ToString(CultureInfo.InvariantCulture)]);
        var before = model.Moves.Select(m => m.From).OfType<int>().Except(model.Clusters.Select(c => c.Id)).Order();
        return Charts.Flow(text["From"], text["To"], text["People"], [.. Largest.Select(c => (int?)c.Id).Concat(before.Select(i => (int?)i)).Append(null).Select(Name)],
            [.. model.Moves.Select(m => (Name(m.From), Name(m.To), m.People))]);
    }

    /// <summary>A component is called by the two features that weigh most in it.</summary>
    private string Axis(int component)
    {
        if (component >= model.Preparation.Components.Length) return "";
        var weights = model.Preparation.Components[component];
        return string.Join(" / ", Enumerable.Range(0, weights.Length).OrderByDescending(i => Math.Abs(weights[i])).Take(2).Select(i => (weights[i] > 0 ? "+ " : "− ") + feature(model.Features[i])));
    }

    private static double? Known(double value) => double.IsNaN(value) ? null : value;
}
