namespace BehaviorDashboard.Imports;

/// <summary>One import while it runs: what it was asked, and what it has counted.</summary>
internal sealed class ImportRun
{
    private static readonly Dictionary<string, string> Meanings = new()
    {
        ["order"] = "an order and its lines; counts in orders and revenue",
        ["return"] = "a refund with its lines; taken off revenue and units",
        ["adjustment"] = "money outside orders, such as a bad debt; part of net revenue",
        ["stock adjustment"] = "units without value; kept, not an order, no revenue",
        ["cancelled order"] = "kept by name; counts in nothing",
        ["customer"] = "a person's traits",
        ["product"] = "a product of the catalogue",
        ["event"] = "an event as it was sent",
    };

    private readonly HashSet<string> _customers = [];
    private readonly HashSet<string> _products = [];
    private readonly HashSet<string> _seen = [];

    public ImportRun(string id, IPreset preset, ImportRequest request, TimeZoneInfo zone, string currency, DateTimeOffset now)
    {
        (Preset, Request) = (preset, request);
        Context = new ImportContext(zone, currency, now, ImportService.Source(id));
        Report = new ImportReport { Id = id, Preset = preset.Name, DryRun = request.DryRun, TimeZone = zone.Id, Currency = currency };
    }

    public IPreset Preset { get; }

    public ImportRequest Request { get; }

    public ImportContext Context { get; }

    public ImportReport Report { get; }

    public void Count(IReadOnlyList<Unit> units, HashSet<string> created, HashSet<string> updated)
    {
        foreach (var unit in units)
        {
            // A dry run writes nothing, so a key that comes twice is new only the first time.
            if (created.Contains(unit.Key) && _seen.Add(unit.Key)) Report.Created += unit.Rows;
            else if (updated.Contains(unit.Key)) Report.Updated += unit.Rows;
            else Report.Unchanged += unit.Rows;
            if (unit.Customer is not null) _customers.Add(unit.Customer);
            else Report.RowsWithoutCustomer += unit.Rows;
            _products.UnionWith(unit.Products);
            if (unit.Kind == "order") Report.Orders++;
            Report.Revenue += unit.Revenue;
            var kind = Report.Kinds.FirstOrDefault(k => k.Kind == unit.Kind);
            if (kind is null) Report.Kinds.Add(kind = new KindReport(unit.Kind, Meanings.GetValueOrDefault(unit.Kind, "")));
            kind.Count++;
            kind.Rows += unit.Rows;
            kind.Revenue += unit.Revenue;
        }
        Report.Skipped = Context.SkippedCount;
        Report.Customers = _customers.Count;
        Report.Products = _products.Count;
    }

    public void Close(TimeSpan elapsed)
    {
        Report.Skipped = Context.SkippedCount;
        Report.Errors = [.. Context.Skipped.Take(1_000)];
        Report.Seconds = Math.Round(elapsed.TotalSeconds, 2);
    }
}
