namespace BehaviorDashboard.Imports;

/// <summary>What became of a unit.</summary>
internal enum Outcome
{
    Created,
    Updated,

    /// <summary>Its lines were added to an order that was there.</summary>
    Joined,
    Unchanged,

    /// <summary>The order had come from another source; it stays as it came.</summary>
    Elsewhere,

    /// <summary>Refused, and noted in the error file.</summary>
    Refused,
}

/// <summary>One import while it runs: what it was asked, and what it has counted.</summary>
internal sealed class ImportRun : IDisposable
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

    // Hashes: a file of ten million orders must not fill the memory with their names.
    private readonly HashSet<long> _customers = [];
    private readonly HashSet<long> _products = [];

    public ImportRun(string id, ImportPlan plan, TimeZoneInfo zone, string currency, DateTimeOffset now, ErrorFile errors, bool resumed)
    {
        (Id, Plan, Errors, Resumed) = (id, plan, errors, resumed);
        Context = new ImportContext(zone, currency, now, ImportService.Source(id), errors.Add);
        Report = new ImportReport { Id = id, Preset = plan.Preset.Name, DryRun = plan.Request.DryRun, TimeZone = zone.Id, Currency = currency, Resumed = resumed, Files = [.. plan.Describe()] };
        // Units of this run by key, where the store does not tell what this run has seen.
        Seen = plan.Request.DryRun || resumed ? [] : null;
    }

    public string Id { get; }

    public ImportPlan Plan { get; }

    public ErrorFile Errors { get; }

    public ImportContext Context { get; }

    public ImportReport Report { get; }

    /// <summary>Whether an earlier run of the same import was stopped, so that what it stored is this import's work.</summary>
    public bool Resumed { get; }

    public Dictionary<long, long>? Seen { get; }

    public bool Join => Plan.Request.Join;

    public bool DryRun => Plan.Request.DryRun;

    public void Count(Unit unit, Outcome outcome)
    {
        if (outcome == Outcome.Refused) return;
        if (outcome == Outcome.Created) Report.Created += unit.Rows;
        else if (outcome is Outcome.Updated or Outcome.Joined) Report.Updated += unit.Rows;
        else Report.Unchanged += unit.Rows;
        if (outcome == Outcome.Elsewhere) Report.Elsewhere += unit.Rows;
        if (outcome == Outcome.Joined) Report.Joined += unit.Rows;
        if (unit.Customer is not null) _customers.Add(ContentHash.OfText(unit.Customer));
        else Report.RowsWithoutCustomer += unit.Rows;
        foreach (var product in unit.Products) _products.Add(ContentHash.OfText(product));
        // A further piece of an order is not another order.
        if (unit.Kind == "order" && outcome != Outcome.Joined) Report.Orders++;
        Report.Revenue += unit.Revenue;
        var kind = Report.Kinds.Find(k => k.Kind == unit.Kind);
        if (kind is null) Report.Kinds.Add(kind = new KindReport(unit.Kind, Meanings.GetValueOrDefault(unit.Kind, "")));
        if (outcome != Outcome.Joined) kind.Count++;
        kind.Rows += unit.Rows;
        kind.Revenue += unit.Revenue;
    }

    public void Sum()
    {
        Report.Skipped = Errors.Count;
        Report.SkippedKept = Errors.Kept;
        Report.Customers = _customers.Count;
        Report.Products = _products.Count;
    }

    public void Close(TimeSpan elapsed)
    {
        Sum();
        Report.Errors = Errors.First;
        Report.Seconds = Math.Round(elapsed.TotalSeconds, 2);
    }

    public void Dispose() => Errors.Dispose();
}
