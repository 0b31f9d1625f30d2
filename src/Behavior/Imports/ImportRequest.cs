using System.Text.Json;
using System.Text.Json.Serialization;

namespace BehaviorDashboard.Imports;

/// <summary>What is asked of an import.</summary>
/// <param name="Preset">A preset's name, <see cref="ColumnMapping.Preset"/>, or <see cref="Guess"/>.</param>
/// <param name="TimeZone">IANA zone of times without one; null is the shop's.</param>
public sealed record ImportRequest(string Preset, IReadOnlyList<string> Files, bool DryRun = false, string? TimeZone = null)
{
    /// <summary>The preset is found out from the files.</summary>
    public const string Guess = "auto";

    /// <summary>Columns of the files, for <see cref="ColumnMapping.Preset"/>; null takes the one remembered for their header.</summary>
    public ColumnMapping? Mapping { get; init; }

    public FormatWish Format { get; init; } = new();

    /// <summary>Whether rows of an order that was imported with other rows are added to it instead of replacing it.</summary>
    public bool Join { get; init; }

    /// <summary>Whether the files were uploaded for this import and go when it is done.</summary>
    public bool Uploaded { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, ImportJson.Default.ImportRequest);

    public static ImportRequest? FromJson(string? json) => json is null ? null : JsonSerializer.Deserialize(json, ImportJson.Default.ImportRequest);

    [JsonIgnore]
    public IEnumerable<string> Names => Files.Select(f => Path.GetFileName(f)!);
}

/// <summary>How far an import is.</summary>
/// <param name="Share">Of the files' bytes, 0 to 1.</param>
public sealed record ImportProgress(string File, double Share, long Rows);
