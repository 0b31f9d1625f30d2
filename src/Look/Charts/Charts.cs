using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Look;

/// <summary>What a chart's figures are: decides how axes and tooltips write them.</summary>
/// <param name="Prefix">Stands before a figure: the currency's sign.</param>
/// <param name="Percent">Figures are ratios and shown as percentages.</param>
public sealed record ChartUnit(string Prefix = "", bool Percent = false)
{
    public static ChartUnit Number { get; } = new();

    public static ChartUnit Ratio { get; } = new("", true);

    public static ChartUnit Money(string currency) => new(Currencies.Prefix(currency));

    internal object Wire => new { prefix = Prefix, percent = Percent };
}

/// <summary>The chart shapes that pages use most, each with its table.</summary>
public static class Charts
{
    /// <summary>Lines over time on the shop's clock, from an honest zero. Push newer points with <see cref="EChart.PushAsync"/>.</summary>
    /// <param name="timeHeading">Heading of the table's first column.</param>
    public static ChartModel Time(ShopClock clock, string timeHeading, IReadOnlyList<TimeSeries> series, IReadOnlyList<ChartNote>? notes = null, ChartUnit? unit = null, bool fromZero = true)
    {
        var lines = series.Select((s, i) => (object)new
        {
            type = "line", name = s.Name, showSymbol = s.Points.Count < 2, connectNulls = false, smooth = false,
            lineStyle = new { width = 2, type = s.Dashed ? "dashed" : "solid", opacity = s.Dashed ? 0.6 : 1 },
            areaStyle = s.Area ? new { opacity = 0.12 } : null,
            data = s.Points.Select(p => new object?[] { Axis(clock, p.At), p.Value }),
            markLine = i > 0 || notes is not { Count: > 0 } ? null : new
            {
                symbol = "none", silent = true, lineStyle = new { type = "dotted" },
                data = notes.Select(n => new { xAxis = Axis(clock, n.At), label = new { formatter = n.Text } }),
            },
        }).ToList();
        var options = new
        {
            unit = (unit ?? ChartUnit.Number).Wire,
            useUTC = true,
            grid = new { left = 8, right = 16, top = series.Count > 1 ? 32 : 12, bottom = 4, outerBoundsMode = "same", outerBoundsContain = "axisLabel" },
            tooltip = new { trigger = "axis" },
            legend = new { show = series.Count > 1, top = 0, left = 0 },
            xAxis = new { type = "time" },
            yAxis = new { type = "value", scale = !fromZero },
            series = lines,
        };
        var times = series.SelectMany(s => s.Points.Select(p => p.At)).Distinct().Order().ToList();
        var byTime = series.Select(s => s.Points.GroupBy(p => p.At).ToDictionary(g => g.Key, g => g.Last().Value)).ToList();
        var rows = times.Select(t => (IReadOnlyList<object?>)[clock.Local(t), .. byTime.Select(s => (object?)s.GetValueOrDefault(t))]).ToList();
        return new ChartModel(options, new ChartTable([timeHeading, .. series.Select(s => s.Name)], rows));
    }

    /// <summary>Bars of one measure by name, largest first as given, lying so that names stay readable.</summary>
    public static ChartModel Bars(string nameHeading, string measure, IReadOnlyList<(string Name, double? Value)> bars, ChartUnit? unit = null)
    {
        var options = new
        {
            unit = (unit ?? ChartUnit.Number).Wire,
            grid = new { left = 8, right = 48, top = 4, bottom = 4, outerBoundsMode = "same", outerBoundsContain = "axisLabel" },
            tooltip = new { trigger = "item" },
            xAxis = new { type = "value", show = false },
            yAxis = new { type = "category", inverse = true, data = bars.Select(b => b.Name), axisLabel = new { width = 160, overflow = "truncate" }, axisLine = new { show = false }, axisTick = new { show = false } },
            series = new[] { new { type = "bar", name = measure, barMaxWidth = 18, label = new { show = true, position = "right" }, data = bars.Select(b => b.Value) } },
        };
        return new ChartModel(options, new ChartTable([nameHeading, measure], [.. bars.Select(b => (IReadOnlyList<object?>)[b.Name, b.Value])]));
    }

    /// <summary>Steps that people pass, from many to few: bars from the same zero, each with its share of the step before.</summary>
    public static ChartModel Funnel(string stepHeading, string measure, IReadOnlyList<(string Name, double? Value)> steps)
    {
        var shares = steps.Select((s, i) => i > 0 && steps[i - 1].Value is > 0 and var before ? s.Value / before : null).ToList();
        var options = new
        {
            unit = ChartUnit.Number.Wire,
            grid = new { left = 8, right = 96, top = 4, bottom = 4, outerBoundsMode = "same", outerBoundsContain = "axisLabel" },
            tooltip = new { trigger = "item" },
            xAxis = new { type = "value", show = false, min = 0 },
            yAxis = new { type = "category", inverse = true, data = steps.Select(s => s.Name), axisLine = new { show = false }, axisTick = new { show = false } },
            series = new[] { new { type = "bar", name = measure, barMaxWidth = 28, label = new { show = true, position = "right" },
                data = steps.Select((s, i) => new { value = s.Value, share = shares[i] }) } },
        };
        return new ChartModel(options, new ChartTable([stepHeading, measure, "%"],
            [.. steps.Select((s, i) => (IReadOnlyList<object?>)[s.Name, s.Value, shares[i] is { } share ? Math.Round(share * 100, 1) : null])]));
    }

    /// <summary>A grid of cells by two names; a null cell stays empty.</summary>
    /// <param name="figures">Each cell says its figure; for few cells.</param>
    public static ChartModel Heatmap(string rowHeading, IReadOnlyList<string> columns, IReadOnlyList<string> rows, IReadOnlyList<IReadOnlyList<double?>> cells, ChartUnit? unit = null, bool figures = false)
    {
        var known = cells.SelectMany(r => r).OfType<double>().ToList();
        var options = new
        {
            unit = (unit ?? ChartUnit.Number).Wire,
            grid = new { left = 8, right = 8, top = 4, bottom = 40, outerBoundsMode = "same", outerBoundsContain = "axisLabel" },
            tooltip = new { trigger = "item" },
            xAxis = new { type = "category", data = columns, splitArea = new { show = false } },
            yAxis = new { type = "category", data = rows, inverse = true },
            visualMap = new { min = known.Count > 0 ? known.Min() : 0, max = known.Count > 0 ? known.Max() : 1, calculable = false, orient = "horizontal", left = "center", bottom = 0, itemHeight = 80, itemWidth = 10 },
            series = new[] { new { type = "heatmap", label = new { show = figures, fontSize = 11 }, data = cells.SelectMany((r, y) => r.Select((v, x) => new object?[] { x, y, v })).Where(c => c[2] is not null) } },
        };
        return new ChartModel(options, new ChartTable([rowHeading, .. columns], [.. rows.Select((name, y) => (IReadOnlyList<object?>)[name, .. cells[y].Select(v => (object?)v)])]));
    }

    /// <summary>How many went from where to where. A name keeps its colour and its place on both sides.</summary>
    /// <param name="names">In the order they stand in, on both sides.</param>
    public static ChartModel Flow(string from, string to, string count, IReadOnlyList<string> names, IReadOnlyList<(string From, string To, long Count)> moves)
    {
        // A node of a flow has one name: those on the right carry a sign that is not shown.
        const string right = "\u2060";
        object Node(string name, string sign) => new { name = name + sign, tone = 1 + names.ToList().IndexOf(name) % 8, label = new { position = sign.Length == 0 ? "right" : "left" } };
        var options = new
        {
            tooltip = new { trigger = "item" },
            series = new[]
            {
                new
                {
                    // Names stand over the flow: beside it a phone has no room for them.
                    type = "sankey", left = 8, right = 8, top = 8, bottom = 8, nodeGap = 14, draggable = false, layoutIterations = 0, emphasis = new { focus = "adjacency" },
                    label = new { width = 140, overflow = "break" },
                    data = names.Where(n => moves.Any(m => m.From == n)).Select(n => Node(n, "")).Concat(names.Where(n => moves.Any(m => m.To == n)).Select(n => Node(n, right))),
                    links = moves.Select(m => new { source = m.From, target = m.To + right, value = m.Count }),
                    lineStyle = new { color = "source", opacity = 0.3 },
                },
            },
        };
        return new ChartModel(options, new ChartTable([from, to, count], [.. moves.OrderByDescending(m => m.Count).Select(m => (IReadOnlyList<object?>)[m.From, m.To, m.Count])]));
    }

    /// <summary>An instant as the time axis takes it: the shop's wall clock, which the axis prints as it stands.</summary>
    internal static long Axis(ShopClock clock, DateTimeOffset at) => at.ToUnixTimeMilliseconds() + (long)clock.Zone.GetUtcOffset(at).TotalMilliseconds;
}
