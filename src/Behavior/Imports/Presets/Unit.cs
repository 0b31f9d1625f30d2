using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;

namespace BehaviorDashboard.Imports;

/// <summary>One thing a file says, from one or several of its rows: an order, a customer, a product.</summary>
/// <param name="Kind">What it is, as the report names it: <c>order</c>, <c>return</c>, <c>customer</c> …</param>
/// <param name="Key">Its key in the shop, independent of file names, file order and delimiter.</param>
/// <param name="Rows">How many rows of the file it came from.</param>
internal sealed record Unit(string Kind, string Key, int Rows)
{
    public IReadOnlyList<ShopEvent> Events { get; init; } = [];

    /// <summary>What it says of products.</summary>
    public IReadOnlyList<ProductFact> Catalog { get; init; } = [];

    /// <summary>Everything the unit says, as text: equal text, equal content.</summary>
    public required string Content { get; init; }

    /// <summary>What it adds to net revenue.</summary>
    public decimal Revenue { get; init; }

    /// <summary>The customer it belongs to, if one is named.</summary>
    public string? Customer { get; init; }

    /// <summary>Ids of the products it names.</summary>
    public IReadOnlyCollection<string> Products { get; init; } = [];
}

/// <summary>A row that could not be used.</summary>
public sealed record SkippedRow(string File, int Line, string Column, string Reason, string Row);

/// <summary>What a preset needs to know besides the rows.</summary>
internal sealed class ImportContext(TimeZoneInfo zone, string currency, DateTimeOffset now, string sourceId)
{
    public string Currency => currency;

    public DateTimeOffset Now => now;

    public string SourceId => sourceId;

    public List<SkippedRow> Skipped { get; } = [];

    public int SkippedCount { get; private set; }

    /// <summary>Notes a row that is not used; the first hundred thousand are kept for the error file.</summary>
    public void Skip(string file, TableRow row, string column, string reason)
    {
        SkippedCount++;
        if (Skipped.Count < 100_000) Skipped.Add(new SkippedRow(Path.GetFileName(file), row.Line, column, reason, string.Join(",", row.Values)));
    }

    /// <summary>A local time of the shop as an instant. Times a clock change skipped are read an hour later, as the clocks showed.</summary>
    public DateTimeOffset Instant(DateTime local)
    {
        if (local.Kind == DateTimeKind.Utc) return new DateTimeOffset(local);
        var unspecified = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        if (zone.IsInvalidTime(unspecified)) unspecified = unspecified.AddHours(1);
        return new DateTimeOffset(unspecified, zone.GetUtcOffset(unspecified)).ToUniversalTime();
    }
}

/// <summary>How one kind of file is read. A preset turns rows into units and never writes.</summary>
internal interface IPreset
{
    string Name { get; }

    IEnumerable<Unit> Read(SourceFile file, ImportContext context);
}
