using BehaviorDashboard.Look;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Learning.Pages;

/// <summary>Foretold chances against what came, beside the line on which both agree.</summary>
public static class CalibrationChart
{
    public static ChartModel Of(IReadOnlyList<CalibrationBin> curve, IStringLocalizer<LearningText> text)
    {
        var most = Math.Min(1, Math.Ceiling(curve.Max(b => Math.Max(b.Foretold, b.Happened)) * 10) / 10);
        var options = new
        {
            unit = new { prefix = "", percent = true },
            grid = new { left = 8, right = 16, top = 32, bottom = 28, outerBoundsMode = "same", outerBoundsContain = "axisLabel" },
            legend = new { show = true, top = 0, left = 0 },
            tooltip = new { trigger = "item" },
            xAxis = new { type = "value", min = 0, max = most, name = text["Foretold"].Value, nameLocation = "middle", nameGap = 24 },
            yAxis = new { type = "value", min = 0, max = most },
            series = new object[]
            {
                new { type = "line", name = text["Ideal"].Value, data = new[] { new[] { 0, 0.0 }, [most, most] }, showSymbol = false, lineStyle = new { type = "dashed", width = 1, opacity = 0.6 } },
                new { type = "line", name = text["Happened"].Value, data = curve.Select(b => new[] { Math.Round(b.Foretold, 4), Math.Round(b.Happened, 4) }), symbolSize = 6 },
            },
        };
        return new ChartModel(options, new ChartTable([text["Foretold"], text["Happened"], text["Rows"]], [.. curve.Select(b => (IReadOnlyList<object?>)[Math.Round(b.Foretold, 4), Math.Round(b.Happened, 4), b.Rows])]));
    }
}
