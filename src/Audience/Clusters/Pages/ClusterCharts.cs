using System.Globalization;
using BehaviorDashboard.Look;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Clusters.Pages;

/// <summary>The pictures of one version.</summary>
internal sealed class ClusterCharts(IStringLocalizer<ClustersText> text, ClusterModel model, IReadOnlyDictionary<int, string> names, Func<string, string> feature)
{
    private static readonly string[] Symbols = ["circle", "rect", "triangle", "diamond", "pin", "roundRect", "arrow", "circle", "rect", "triangle"];

    /// <summary>A sample of people in the first two components, a colour and a shape a cluster.</summary>
    public ChartModel Map()
    {
        var options = new
        {
            grid = new { left = 8, right = 16, top = 12, bottom = 72, outerBoundsMode = "same", outerBoundsContain = "axisLabel" },
            legend = new { show = true, bottom = 0, left = 0, type = "scroll", orient = "vertical", height = 64 },
            tooltip = new { trigger = "item" },
            xAxis = new { type = "value", name = Axis(0), nameLocation = "middle", nameGap = 24, scale = true },
            yAxis = new { type = "value", scale = true, splitLine = new { show = true } },
            series = model.Clusters.Select((c, i) => new
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
        var clusters = model.Clusters.OrderByDescending(c => c.Size).ToList();
        var cells = model.Features.SelectMany((_, y) => clusters.Select((c, x) => new object[] { x, y, Math.Round(c.Distances[y], 2) }));
        var options = new
        {
            grid = new { left = 8, right = 8, top = 4, bottom = 40, outerBoundsMode = "same", outerBoundsContain = "axisLabel" },
            tooltip = new { trigger = "item" },
            xAxis = new { type = "category", data = clusters.Select(c => names[c.Id]), axisLabel = new { width = 84, overflow = "break", interval = 0, fontSize = 10 } },
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
        string Before(int? id) => id is null ? text["Nowhere"] : names.GetValueOrDefault(id.Value, text["Gone", id.Value.ToString(CultureInfo.InvariantCulture)]) + " ";
        var moves = model.Moves.OrderByDescending(m => m.People).ToList();
        var options = new
        {
            tooltip = new { trigger = "item" },
            series = new[]
            {
                new
                {
                    // Both names stand over the flow: beside it a phone has no room for them.
                    type = "sankey", left = 8, right = 8, top = 8, bottom = 8, nodeGap = 14, draggable = false, emphasis = new { focus = "adjacency" },
                    label = new { width = 140, overflow = "break" },
                    data = moves.Select(m => (Name: Before(m.From), Side: "right")).Concat(moves.Select(m => (Name: names[m.To], Side: "left"))).Distinct().Select(n => new { name = n.Name, label = new { position = n.Side } }),
                    links = moves.Select(m => new { source = Before(m.From), target = names[m.To], value = m.People }),
                    lineStyle = new { color = "gradient", opacity = 0.35 },
                },
            },
        };
        return new ChartModel(options, new ChartTable([text["From"], text["To"], text["People"]], [.. moves.Select(m => (IReadOnlyList<object?>)[Before(m.From).Trim(), names[m.To], m.People])]));
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
