using System.Globalization;
using BehaviorDashboard.Events;

namespace BehaviorDashboard.Imports;

/// <summary>The first things of a file as they will be read.</summary>
/// <param name="Skipped">Rows among the first that cannot be used.</param>
public sealed record FilePreview(IReadOnlyList<FileReport> Files, IReadOnlyList<PreviewLine> Lines, IReadOnlyList<SkippedRow> Skipped)
{
    private const int Shown = 10;

    internal static FilePreview Of(ImportPlan plan, TimeZoneInfo zone, string currency, DateTimeOffset now, long largest)
    {
        var skipped = new List<SkippedRow>();
        var context = new ImportContext(zone, currency, now, "preview", skipped.Add);
        using var file = SourceFile.Beginning(plan.Files[0].Path, plan.Files[0].Format, largest);
        var lines = plan.Preset.Read(file, context, join: true).Take(Shown).Select(PreviewLine.Of).ToList();
        return new FilePreview([.. plan.Describe()], lines, [.. skipped.Take(Shown)]);
    }
}

/// <summary>One order, customer, product or event as it is understood.</summary>
/// <param name="At">Null where it has no time, as a product.</param>
public sealed record PreviewLine(int Line, string Kind, string Name, DateTimeOffset? At, string? Customer, decimal? Revenue, string Details)
{
    private const int ShownDetails = 4;

    internal static PreviewLine Of(Unit unit)
    {
        var first = unit.Events.Count > 0 ? unit.Events[0] : null;
        var details = unit.Events.Where(e => e.Type == EventTypes.Item).Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Quantity} × {e.ProductId} {e.Price:0.##}")).ToList();
        if (details.Count == 0 && unit.Catalog.Count > 0) details = [.. unit.Catalog.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Title} {p.Price:0.##} {p.Currency} {p.Stock}"))];
        if (details.Count == 0 && (first?.Traits ?? first?.Properties) is { } json) details = [json];
        return new PreviewLine(unit.Line, unit.Kind, unit.OrderId ?? (unit.Catalog.Count > 0 ? unit.Catalog[0].Id : first?.Name) ?? unit.Key, unit.Kind is "product" or "customer" ? null : first?.OccurredAt,
            unit.Customer, unit.Kind is "order" or "return" or "adjustment" ? unit.Revenue : null, string.Join("; ", details.Take(ShownDetails)) + (details.Count > ShownDetails ? " …" : ""));
    }
}
