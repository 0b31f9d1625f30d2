using System.Text.Json;

namespace BehaviorDashboard.Learning;

/// <summary>A model the product has learned, as its card says it.</summary>
/// <param name="Status">candidate, champion (in use; one a kind) or retired.</param>
/// <param name="Verdict">What the trainer says of it, such as stable or unstable.</param>
/// <param name="Features">JSON list of what it looks at.</param>
/// <param name="Quality">JSON object of measures.</param>
public sealed record ModelVersion(int Id, string Kind, int Version, string Status, string Verdict, DateTimeOffset CreatedAt, DateTimeOffset? DataFrom, DateTimeOffset? DataTo, long RowCount, int Seed, double TookSeconds, string Features, string Quality)
{
    public const string Champion = "champion";

    public IReadOnlyList<string> ReadFeatures() => JsonSerializer.Deserialize<string[]>(Features) ?? [];

    public IReadOnlyDictionary<string, double> ReadQuality() => JsonSerializer.Deserialize<Dictionary<string, double>>(Quality) ?? [];
}

/// <summary>What training brought forth.</summary>
/// <param name="Content">The model as its slice reads it again.</param>
/// <param name="Publish">Whether it goes into use at once; else it waits as a candidate.</param>
public sealed record TrainedModel(byte[] Content, string Verdict, bool Publish, IReadOnlyList<string> Features, IReadOnlyDictionary<string, double> Quality, DateTimeOffset? DataFrom, DateTimeOffset? DataTo, long Rows, int Seed);
