namespace BehaviorDashboard.Imports;

/// <summary>What an import did, or would do. Row counts add up: created + updated + unchanged + skipped = rows.</summary>
public sealed record ImportReport
{
    public required string Id { get; init; }
    public required string Preset { get; init; }
    public required bool DryRun { get; init; }
    public required string TimeZone { get; init; }
    public required string Currency { get; init; }

    /// <summary>Rows of the files, headers not counted.</summary>
    public long Rows => Created + Updated + Unchanged + Skipped;

    public long Created { get; set; }
    public long Updated { get; set; }
    public long Unchanged { get; set; }

    /// <summary>Rows that could not be used; each is named in the error file.</summary>
    public long Skipped { get; set; }

    /// <summary>Customers named, each once.</summary>
    public int Customers { get; set; }

    /// <summary>Orders, without returns and adjustments.</summary>
    public long Orders { get; set; }

    /// <summary>Products named, each once.</summary>
    public int Products { get; set; }

    /// <summary>Net: orders less returns, and adjustments.</summary>
    public decimal Revenue { get; set; }

    /// <summary>Rows that name no customer.</summary>
    public long RowsWithoutCustomer { get; set; }

    /// <summary>What the rows were, kind by kind.</summary>
    public List<KindReport> Kinds { get; init; } = [];

    /// <summary>The first skipped rows.</summary>
    public IReadOnlyList<SkippedRow> Errors { get; set; } = [];

    public double Seconds { get; set; }

    /// <summary>done, cancelled or failed.</summary>
    public string Status { get; set; } = "done";
}

/// <summary>One kind of thing in the files.</summary>
/// <param name="Meaning">What the product made of it.</param>
public sealed record KindReport(string Kind, string Meaning)
{
    public long Count { get; set; }
    public long Rows { get; set; }
    public decimal Revenue { get; set; }
}
