using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace BehaviorDashboard.Imports;

/// <summary>What the rows of a mapped file are.</summary>
public enum MappedKind
{
    Orders,
    Customers,
    Products,
    Events,
}

/// <summary>Which column of a delimited file says what. Remembered by the file's header.</summary>
/// <param name="Columns">Field of <see cref="MappingFields"/> to the name of a column.</param>
/// <param name="KeepRest">Whether columns without a field are kept: as traits of a customer, as properties of an event.</param>
public sealed record ColumnMapping(MappedKind Kind, IReadOnlyDictionary<string, string> Columns, bool KeepRest = true)
{
    /// <summary>Name by which requests and reports call files that are read by a mapping.</summary>
    public const string Preset = "mapped";

    /// <summary>The same for every file with these columns, whatever their order and case.</summary>
    public static string Signature(IEnumerable<string> header)
    {
        var text = string.Join('\n', header.Select(h => h.Trim('\uFEFF', ' ').ToLowerInvariant()).Order(StringComparer.Ordinal));
        return XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan())).ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <returns>What is missing or wrong for files with this header, in words; empty when nothing is.</returns>
    public IReadOnlyList<string> Problems(IReadOnlyCollection<string> header)
    {
        var problems = new List<string>();
        var names = new Columns(header);
        var fields = MappingFields.Of(Kind);
        foreach (var (field, column) in Columns)
        {
            if (fields.All(f => f.Name != field)) problems.Add($"'{field}' is no field of {Kind.ToString().ToLowerInvariant()}; there are {string.Join(", ", fields.Select(f => f.Name))}.");
            else if (!names.Has(column)) problems.Add($"There is no column '{column}' for {field}.");
        }
        foreach (var needed in MappingFields.Needed(Kind).Where(needed => !needed.Any(Columns.ContainsKey)))
            problems.Add($"Name the column for {string.Join(" or ", needed)}.");
        return problems;
    }

    public string ToJson() => JsonSerializer.Serialize(this, ImportJson.Default.ColumnMapping);

    public static ColumnMapping FromJson(string json) => JsonSerializer.Deserialize(json, ImportJson.Default.ColumnMapping)!;
}
