using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.Imports;

/// <summary>What an import may take. Section <c>Imports</c>.</summary>
public sealed record ImportsOptions
{
    public const string Section = "Imports";

    /// <summary>Megabytes one file may unpack to, so that a small archive cannot keep the product busy without end.</summary>
    [Range(1, 1_048_576)]
    public int UnpackedMegabytes { get; init; } = 8_192;

    /// <summary>Megabytes the file with the skipped rows of one import may have; rows beyond are counted and not kept.</summary>
    [Range(1, 65_536)]
    public int ErrorFileMegabytes { get; init; } = 1_024;

    /// <summary>Days that uploaded files which were never imported are kept.</summary>
    [Range(1, 365)]
    public int KeptDays { get; init; } = 7;
}
