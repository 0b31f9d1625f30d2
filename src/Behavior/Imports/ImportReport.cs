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

    /// <summary>Of the skipped rows, those that are in the error file; fewer only when it was full.</summary>
    public long SkippedKept { get; set; }

    /// <summary>Of the unchanged rows, those of orders that had come from another source, such as live; they count once.</summary>
    public long Elsewhere { get; set; }

    /// <summary>Of the updated rows, those that were added to an order that was there.</summary>
    public long Joined { get; set; }

    /// <summary>Whether it went on after an earlier run of it was stopped.</summary>
    public bool Resumed { get; init; }

    /// <summary>How each file was read.</summary>
    public IReadOnlyList<FileReport> Files { get; init; } = [];

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

    /// <summary>The first skipped rows; all are in the error file.</summary>
    public IReadOnlyList<SkippedRow> Errors { get; set; } = [];

    public double Seconds { get; set; }

    /// <summary>Why it failed, in words.</summary>
    public string? Problem { get; set; }

    /// <summary>done, cancelled or failed.</summary>
    public string Status { get; set; } = "done";
}

/// <summary>How one file was read.</summary>
/// <param name="DecimalMark"><c>point</c> or <c>comma</c>; null where no value needed it.</param>
/// <param name="Dates"><c>dmy</c> or <c>mdy</c>; null where no value needed it.</param>
public sealed record FileReport(string Name, string Encoding, string Delimiter, string? DecimalMark, string? Dates);

/// <summary>One kind of thing in the files.</summary>
/// <param name="Meaning">What the product made of it.</param>
public sealed record KindReport(string Kind, string Meaning)
{
    public long Count { get; set; }
    public long Rows { get; set; }
    public decimal Revenue { get; set; }
}
