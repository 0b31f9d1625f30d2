using System.Globalization;
using BehaviorDashboard.Look;
using MiniExcelLibs;

namespace BehaviorDashboard.Catalog;

/// <summary>What a file would change about one product.</summary>
public sealed record SheetChange(string ProductId, string Title, IReadOnlyList<(string Field, string? Before, string After)> Fields);

/// <summary>A file read: what it would change, or what is wrong with it. Nothing is changed yet.</summary>
public sealed record SheetPreview(IReadOnlyList<TermsChange> Changes, IReadOnlyList<SheetChange> Shown, IReadOnlyList<TermsProblem> Problems, int Lines);

/// <summary>The catalogue as a spreadsheet, out and in again.</summary>
public static class CatalogSheet
{
    public const int MostLines = 50_000;

    private static readonly (string Name, Func<SupplyTerms, object?> Get)[] Columns =
    [
        ("id", t => t.Id), ("title", t => t.Title), ("category", t => t.Category), ("price", t => t.Price), ("cost", t => t.Cost), ("stock", t => t.Stock), ("supplier", t => t.Supplier), ("lead_days", t => t.LeadDays),
        ("lead_spread", t => t.LeadSpread), ("pack_size", t => t.PackSize), ("minimum_order", t => t.MinimumOrder), ("parent_id", t => t.ParentId), ("variant", t => t.Variant),
    ];

    private static readonly string[] Whole = ["stock", "pack_size", "minimum_order"];
    private static readonly string[] Decimal = ["price", "cost", "lead_days", "lead_spread"];

    public static byte[] Excel(IReadOnlyList<SupplyTerms> terms)
    {
        using var stream = new MemoryStream();
        stream.SaveAs(terms.Select(t => Columns.ToDictionary(c => c.Name, c => c.Get(t) ?? "")));
        return stream.ToArray();
    }

    public static string ToCsv(IReadOnlyList<SupplyTerms> terms) => Csv.Write(Columns.Select(c => c.Name), terms.Select(t => Columns.Select(c => c.Get(t))));

    /// <summary>Reads an .xlsx or a .csv with the columns of <see cref="Excel"/>; id must be there, columns left out and empty cells change nothing.</summary>
    public static SheetPreview Read(Stream file, bool excel, IReadOnlyList<SupplyTerms> known)
    {
        List<IDictionary<string, object?>> rows;
        try
        {
            rows = [.. file.Query(useHeaderRow: true, excelType: excel ? ExcelType.XLSX : ExcelType.CSV).Cast<IDictionary<string, object?>>().Take(MostLines + 1)];
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException or NotSupportedException or ArgumentException or InvalidOperationException or System.Xml.XmlException or FormatException or KeyNotFoundException or NullReferenceException)
        {
            return Refused(new TermsProblem(0, "", "", "not_a_sheet"));
        }
        if (rows.Count == 0) return Refused(new TermsProblem(0, "", "", "no_lines"));
        if (rows.Count > MostLines) return Refused(new TermsProblem(MostLines + 2, "", "", "too_many"));
        var names = rows[0].Keys.ToDictionary(k => k.Trim().ToLowerInvariant(), k => k);
        if (!names.ContainsKey("id")) return Refused(new TermsProblem(1, "id", string.Join(", ", rows[0].Keys.Take(6)), "no_id_column"));
        if (names.Keys.FirstOrDefault(n => n.Length > 0 && Columns.All(c => c.Name != n)) is { } unknown) return Refused(new TermsProblem(1, unknown, "", "unknown_column"));
        var (products, problems, changes, shown, seen) = (known.ToDictionary(t => t.Id), new List<TermsProblem>(), new List<TermsChange>(), new List<SheetChange>(), new HashSet<string>());
        for (var i = 0; i < rows.Count; i++)
        {
            var (row, line, before) = (rows[i], i + 2, problems.Count);
            string? Cell(string name) => names.TryGetValue(name, out var key) && Text(row[key]) is { Length: > 0 } text ? text : null;
            if (Cell("id") is not { } id)
            {
                if (row.Values.Any(v => Text(v).Length > 0)) problems.Add(new TermsProblem(line, "id", "", "missing"));
                continue;
            }
            if (!seen.Add(id)) problems.Add(new TermsProblem(line, "id", id, "twice"));
            if (!products.TryGetValue(id, out var terms)) problems.Add(new TermsProblem(line, "id", id, "unknown_product"));
            foreach (var name in Whole)
                if (Cell(name) is { } text && Number(text) is not { } n || Cell(name) is { } fraction && Number(fraction) is { } f && f != decimal.Floor(f)) problems.Add(new TermsProblem(line, name, Cell(name)!, "not_whole"));
            foreach (var name in Decimal)
                if (Cell(name) is { } text && Number(text) is null) problems.Add(new TermsProblem(line, name, text, "not_number"));
            if (problems.Count > before || terms is null) continue;
            decimal? Of(string name) => Cell(name) is { } text ? Number(text) : null;
            var change = new TermsChange(id, Cell("title"), Cell("category"), Of("price"), Of("cost"), Bounded(Of("stock"), long.MaxValue), Cell("supplier"), (double?)Of("lead_days"), (double?)Of("lead_spread"),
                (int?)Bounded(Of("pack_size"), int.MaxValue), (int?)Bounded(Of("minimum_order"), int.MaxValue), Cell("parent_id"), Cell("variant"));
            problems.AddRange(TermsCheck.Problems(change, line));
            var fields = Differences(terms, Cell);
            if (problems.Count > before || fields.Count == 0) continue;
            changes.Add(change with { Stock = change.Stock == terms.Stock ? null : change.Stock });
            shown.Add(new SheetChange(id, terms.Title, fields));
        }
        return new SheetPreview(problems.Count > 0 ? [] : changes, shown, problems, rows.Count);
    }

    private static SheetPreview Refused(TermsProblem problem) => new([], [], [problem], 0);

    private static List<(string, string?, string)> Differences(SupplyTerms terms, Func<string, string?> cell)
    {
        var fields = new List<(string, string?, string)>();
        foreach (var (name, get) in Columns)
        {
            if (name == "id" || cell(name) is not { } after) continue;
            var before = Text(get(terms));
            if (before == after || Number(before) is { } a && Number(after) is { } b && a == b && (Whole.Contains(name) || Decimal.Contains(name))) continue;
            fields.Add((name, before.Length == 0 ? null : before, after));
        }
        return fields;
    }

    private static long? Bounded(decimal? value, long most) => value is { } v ? (long)Math.Clamp(v, -1, most) : null;

    private static string Text(object? value) => value switch
    {
        null => "",
        // A spreadsheet's own quoting of text that looks like a formula.
        string text => text.Trim() is ['\'', '=' or '+' or '-' or '@', ..] quoted ? quoted[1..] : text.Trim(),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static decimal? Number(string text) => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}
