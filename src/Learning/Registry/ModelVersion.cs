using System.Text.Json;

namespace BehaviorDashboard.Learning;

/// <summary>A model the product has learned, as its card says it.</summary>
/// <param name="Status">candidate, champion (in use; one a kind) or retired.</param>
/// <param name="Verdict">What the trainer says of it, such as stable or unstable.</param>
/// <param name="Features">JSON list of what it looks at.</param>
/// <param name="Quality">JSON object of measures.</param>
/// <param name="Card">JSON of <see cref="ModelCard"/>; null where the kind keeps none.</param>
public sealed record ModelVersion(int Id, string Kind, int Version, string Status, string Verdict, DateTimeOffset CreatedAt, DateTimeOffset? DataFrom, DateTimeOffset? DataTo, long RowCount, int Seed, double TookSeconds, string Features, string Quality, string? Card)
{
    public const string Champion = "champion";

    public IReadOnlyList<string> ReadFeatures() => JsonSerializer.Deserialize<string[]>(Features) ?? [];

    public IReadOnlyDictionary<string, double> ReadQuality() => JsonSerializer.Deserialize<Dictionary<string, double>>(Quality) ?? [];

    public ModelCard? ReadCard() => ModelCard.Read(Card);
}

/// <summary>What training brought forth.</summary>
/// <param name="Content">The model as its slice reads it again.</param>
/// <param name="Publish">Whether it should go into use; with a card, only if that does not object.</param>
public sealed record TrainedModel(byte[] Content, string Verdict, bool Publish, IReadOnlyList<string> Features, IReadOnlyDictionary<string, double> Quality, DateTimeOffset? DataFrom, DateTimeOffset? DataTo, long Rows, int Seed, ModelCard? Card = null);

/// <summary>A stretch in which a version was in use.</summary>
/// <param name="How">trained, promoted, forced or rolled back.</param>
public sealed record ModelReign(int Id, string Kind, int VersionId, int Version, DateTimeOffset Since, DateTimeOffset? Until, string How, string? Reason);

/// <summary>What a look at a published version found.</summary>
/// <param name="Detail">Of drift: the feature that moved most.</param>
public sealed record ModelCheck(string Measure, double Value, double? Low = null, double? High = null, string? Detail = null)
{
    public const string InputDrift = "input drift";
    public const string ScoreDrift = "score drift";
    public const string CalibrationError = "calibration error";

    /// <summary>Above it inputs or scores have moved; the usual bound of the stability index.</summary>
    public const double Moved = 0.25;

    /// <summary>Above it foretold chances and what came differ by more than people would forgive.</summary>
    public const double Miscalibrated = 0.05;

    /// <summary>Whether training again should be thought of. Of a calibration error, its lower bound must say so.</summary>
    public bool IsAlarm => Measure switch
    {
        InputDrift or ScoreDrift => Value > Moved,
        CalibrationError => (Low ?? Value) > Miscalibrated,
        _ => false,
    };
}

/// <summary>A check as it was kept.</summary>
public sealed record KeptCheck(string Kind, DateTimeOffset CheckedAt, int VersionId, string Measure, double Value, double? Low, double? High, string? Detail)
{
    public ModelCheck Check => new(Measure, Value, Low, High, Detail);
}
