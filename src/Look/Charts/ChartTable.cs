namespace BehaviorDashboard.Look;

/// <summary>The same figures as a chart, as a table: for eyes that prefer it, for screen readers, and for CSV.</summary>
/// <param name="Columns">Headings; the first column names the row.</param>
/// <param name="Rows">Cells as values (numbers, instants, text); null is "–" on screen and empty in CSV.</param>
public sealed record ChartTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows)
{
    public string ToCsv() => Csv.Write(Columns, Rows);
}

/// <summary>A chart and its table. Build one with <see cref="Charts"/>, or by hand from ECharts options.</summary>
/// <param name="Options">ECharts options as an object that serialises to them (names as written, no functions); colours, fonts and dark mode are added by the theme.</param>
public sealed record ChartModel(object Options, ChartTable Table);

/// <summary>One line over time.</summary>
/// <param name="Points">Oldest first; a null value is a gap, never a zero.</param>
/// <param name="Dashed">For the compare period.</param>
/// <param name="Area">Filled under the line.</param>
public sealed record TimeSeries(string Name, IReadOnlyList<(DateTimeOffset At, double? Value)> Points, bool Dashed = false, bool Area = false);

/// <summary>A note on the time axis: a campaign started, a rule acted.</summary>
public sealed record ChartNote(DateTimeOffset At, string Text);
