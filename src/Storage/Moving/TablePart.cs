using System.Globalization;

namespace BehaviorDashboard.Storage;

/// <summary>A table, or the events that came in a stretch of time: what is copied and compared at a time.</summary>
/// <param name="After">Events received later than this; null: from the first on.</param>
/// <param name="Until">And not later than this; null: to the last.</param>
internal sealed record TablePart(TableShape Table, DateTime? After = null, DateTime? Until = null)
{
    public const string TimeColumn = "received_at";

    public bool IsWhole => After is null && Until is null;

    public string Name => SqlName.Quote(Table.Name);

    /// <summary>Table and condition, as both engines write it.</summary>
    public string From => Name + (IsWhole ? "" : " where " + string.Join(" and ", Conditions()));

    private IEnumerable<string> Conditions()
    {
        if (After is { } after) yield return $"{TimeColumn} > {Literal(after)}";
        if (Until is { } until) yield return $"{TimeColumn} <= {Literal(until)}";
    }

    private static string Literal(DateTime time) => $"cast('{time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}+00' as timestamptz)";
}
