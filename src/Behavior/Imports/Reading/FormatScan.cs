namespace BehaviorDashboard.Imports;

/// <summary>A value of a file that can be read in two ways, when nothing else in the files tells which.</summary>
/// <param name="Asks"><c>dates</c> or <c>decimal</c>: the option that answers it.</param>
public sealed record FormatQuestion(string Asks, string File, int Line, string Column, string Value)
{
    public override string ToString() => $"{File} line {Line}, {Column}: '{Value}' {(Asks == "dates" ? FileFormat.UnclearDate : FileFormat.UnclearNumber)}. No other value of the file tells.";
}

/// <summary>Files cannot be read without an answer from the person.</summary>
public sealed class FormatQuestionException(IReadOnlyList<FormatQuestion> questions) : ImportException(string.Join(" ", questions))
{
    public IReadOnlyList<FormatQuestion> Questions => questions;
}

/// <summary>
/// What the values of a file prove about its form. Reads until both are proved, or to the end where a value was met
/// that could be either way.
/// </summary>
internal sealed class FormatScan
{
    /// <summary>Rows that prove nothing and leave nothing open, such as dates with the year first: a later value that is unclear is refused with its line.</summary>
    private const int EnoughRows = 2_000;

    public DecimalMark? DecimalMark { get; private set; }

    public DateOrder? Dates { get; private set; }

    public FormatQuestion? UnclearDecimal { get; private set; }

    public FormatQuestion? UnclearDates { get; private set; }

    public static FormatScan Run(SourceFile file, Layout layout)
    {
        var scan = new FormatScan();
        int[]? numbers = null, dates = null;
        var rows = 0;
        foreach (var row in file.Rows())
        {
            if (row.Fault is not null) continue;
            numbers ??= row.Columns.Of(layout.Numbers);
            dates ??= row.Columns.Of(layout.Dates);
            for (var i = 0; i < numbers.Length && scan.DecimalMark is null; i++) scan.TakeNumber(file, row, numbers[i]);
            for (var i = 0; i < dates.Length && scan.Dates is null; i++) scan.TakeDate(file, row, dates[i]);
            var open = (scan.DecimalMark is null && (scan.UnclearDecimal is not null || rows < EnoughRows)) || (scan.Dates is null && (scan.UnclearDates is not null || rows < EnoughRows));
            if (!open) break;
            rows++;
        }
        return scan;
    }

    private void TakeNumber(SourceFile file, TableRow row, int column)
    {
        if (row[column] is not { } text) return;
        DecimalMark = Numbers.Proof(text, out var unclear);
        if (unclear) UnclearDecimal ??= new FormatQuestion("decimal", Path.GetFileName(file.Path), row.Line, row.Columns.Names[column], text);
    }

    private void TakeDate(SourceFile file, TableRow row, int column)
    {
        if (row[column] is not { } text) return;
        Dates = Imports.Dates.Proof(text, out var unclear);
        if (unclear) UnclearDates ??= new FormatQuestion("dates", Path.GetFileName(file.Path), row.Line, row.Columns.Names[column], text);
    }
}
