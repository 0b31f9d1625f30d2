using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;

namespace BehaviorDashboard.Imports;

/// <summary>One thing a file says, from one or several of its rows: an order, a customer, a product.</summary>
/// <param name="Kind">What it is, as the report names it: <c>order</c>, <c>return</c>, <c>customer</c> …</param>
/// <param name="Key">Its key in the shop, independent of file names, file order and delimiter; the message id of its first event.</param>
/// <param name="Rows">How many rows of the file it came from.</param>
/// <param name="Line">Line of the file on which it begins.</param>
internal sealed record Unit(string Kind, string Key, int Rows, int Line)
{
    public IReadOnlyList<ShopEvent> Events { get; init; } = [];

    /// <summary>What it says of products.</summary>
    public IReadOnlyList<ProductFact> Catalog { get; init; } = [];

    /// <summary>Hash of everything the unit says: equal hash, equal content. Kept in stores: never change how it is made.</summary>
    public required long Content { get; init; }

    /// <summary>What it adds to net revenue.</summary>
    public decimal Revenue { get; init; }

    /// <summary>True where the revenue is the sum of its lines, so that more lines of the order add to it.</summary>
    public bool SumOfLines { get; init; }

    /// <summary>The customer it belongs to, if one is named.</summary>
    public string? Customer { get; init; }

    /// <summary>Ids of the products it names.</summary>
    public IReadOnlyCollection<string> Products { get; init; } = [];

    /// <summary>The order it is, where the same order may also have come live or from another file.</summary>
    public string? OrderId => Events.Count > 0 && SameOrder.Tells(Events[0]) ? Events[0].OrderId : null;

    /// <summary>What a row says of a customer: their traits, outside any visit.</summary>
    public static Unit OfCustomer(string key, string person, string? traits, int line, ImportContext context) => new("customer", key, 1, line)
    {
        Content = ContentHash.OfText(traits ?? ""),
        Customer = person,
        Events =
        [
            new ShopEvent
            {
                MessageId = key,
                ReceivedAt = context.Now,
                OccurredAt = context.Now,
                Type = EventTypes.Identify,
                Name = EventTypes.Identify,
                SourceId = context.SourceId,
                UserId = person,
                OutsideSessions = true,
                Traits = traits,
            },
        ],
    };
}

/// <summary>A row that could not be used.</summary>
public sealed record SkippedRow(string File, int Line, string Column, string Reason, string Row);

/// <summary>What a preset needs to know besides the rows.</summary>
internal sealed class ImportContext(TimeZoneInfo zone, string currency, DateTimeOffset now, string sourceId, Action<SkippedRow> skipped)
{
    public string Currency => currency;

    public DateTimeOffset Now => now;

    public string SourceId => sourceId;

    /// <summary>Notes a row that is not used.</summary>
    public void Skip(string file, TableRow row, string column, string reason) => skipped(new SkippedRow(Path.GetFileName(file), row.Line, column, reason, string.Join(",", row.Values)));

    /// <summary>A local time of the shop as an instant. Times a clock change skipped are read an hour later, as the clocks showed.</summary>
    public DateTimeOffset Instant(DateTime local)
    {
        if (local.Kind == DateTimeKind.Utc) return new DateTimeOffset(local);
        var unspecified = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        if (zone.IsInvalidTime(unspecified)) unspecified = unspecified.AddHours(1);
        return new DateTimeOffset(unspecified, zone.GetUtcOffset(unspecified)).ToUniversalTime();
    }

    public DateTimeOffset Instant(WrittenTime time) => time.Offset is { } offset ? new DateTimeOffset(time.Local, offset).ToUniversalTime() : Instant(time.Local);
}

/// <summary>What a preset's files look like.</summary>
/// <param name="Known">Columns by which they are told from others; of each group one must be there.</param>
/// <param name="Numbers">Columns that hold amounts.</param>
/// <param name="Dates">Columns that hold times.</param>
internal sealed record Layout(IReadOnlyList<string[]> Known, IReadOnlyCollection<string> Numbers, IReadOnlyCollection<string> Dates)
{
    /// <summary>Whether a header has nothing of these files at all.</summary>
    public bool IsForeign(Columns columns) => Known.Count > 0 && columns.Names.Count > 0 && !Known.Any(group => group.Any(columns.Has));

    public bool Fits(Columns columns) => Known.Count > 0 && Known.All(group => group.Any(columns.Has));
}

/// <summary>How one kind of file is read. A preset turns rows into units and never writes.</summary>
internal interface IPreset
{
    string Name { get; }

    /// <summary>Null for files that are no tables with a header.</summary>
    Layout? Layout { get; }

    /// <summary>Whether a file without a header begins like one of these.</summary>
    bool BeginsLike(string start) => false;

    /// <param name="join">Whether more rows of an order that was complete are another piece of it rather than a fault.</param>
    IEnumerable<Unit> Read(SourceFile file, ImportContext context, bool join);
}
