using System.Text.Json;
using System.Text.Json.Serialization;

namespace BehaviorDashboard.Learning;

/// <summary>A figure on a card, measured on rows the model had not seen.</summary>
public sealed record CardMeasure(string Name, double Value, double? Low = null, double? High = null);

/// <summary>A simple rival, measured on the same rows.</summary>
public sealed record CardBaseline(string Name, IReadOnlyDictionary<string, double> Measures);

/// <summary>The version in use, measured on the same rows by the card's primary measure.</summary>
public sealed record CardChallenge(int Version, double Own, double Champion);

/// <summary>What there is to know of a version before one trusts it.</summary>
public sealed record ModelCard
{
    /// <summary>Relative difference in the primary measure that is taken for chance.</summary>
    private const double Tolerance = 0.01;

    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Name of the measure that decides between versions.</summary>
    public string Primary { get; init; } = "";

    public bool HigherIsBetter { get; init; }

    public IReadOnlyList<CardMeasure> Measures { get; init; } = [];

    public IReadOnlyList<CardBaseline> Baselines { get; init; } = [];

    /// <summary>Whether it beats the simple baseline beyond chance; null where there is none.</summary>
    public bool? BeatsBaseline { get; init; }

    /// <summary>What it leans on most, in what the primary measure loses when it is shuffled.</summary>
    public IReadOnlyList<Driver> Drivers { get; init; } = [];

    /// <summary>Of chances: foretold against happened.</summary>
    public IReadOnlyList<CalibrationBin> Curve { get; init; } = [];

    /// <summary>What was tried; the chosen one is <see cref="Chosen"/>.</summary>
    public IReadOnlyList<Trial> Trials { get; init; } = [];

    public string Chosen { get; init; } = "";

    /// <summary>People or things it learned from, and in how many rows what it foretells happened.</summary>
    public long People { get; init; }

    public double Positives { get; init; }

    /// <summary>The stretch that judged it.</summary>
    public DateTimeOffset? JudgedFrom { get; init; }

    public DateTimeOffset? JudgedTo { get; init; }

    /// <summary>What it cannot do: resource keys <c>Limit.x</c>.</summary>
    public IReadOnlyList<string> Limits { get; init; } = [];

    public CardChallenge? Challenge { get; init; }

    /// <summary>Whether its trainer has said itself if it may be put into use: then measures of different days are not compared here.</summary>
    public bool IsJudgedByTrainer { get; init; }

    /// <summary>How inputs and scores lay when it was made, to see them drift.</summary>
    public IReadOnlyDictionary<string, ValueShape> Inputs { get; init; } = new Dictionary<string, ValueShape>();

    public ValueShape? Scores { get; init; }

    public CardMeasure? Measure(string name) => Measures.FirstOrDefault(m => m.Name == name);

    /// <summary>Why this version must not replace the one in use by itself; null: it may.</summary>
    /// <param name="champion">Card of the version in use; null where none is in use or it has none.</param>
    public string? Objection(ModelCard? champion)
    {
        if (Measure(Primary) is not { } own || !double.IsFinite(own.Value)) return "unevaluated";
        if (champion is null || IsJudgedByTrainer) return null;
        if (BeatsBaseline is false && champion.BeatsBaseline is true) return "not better than the baseline";
        // On the same rows where that was possible, else by what each was measured on.
        var (mine, theirs) = Challenge is { } same ? (same.Own, same.Champion) : (own.Value, champion.Measure(Primary)?.Value ?? double.NaN);
        if (!double.IsFinite(theirs)) return null;
        return (HigherIsBetter ? theirs - mine : mine - theirs) > Tolerance * Math.Abs(theirs) ? "worse than the version in use" : null;
    }

    public string Write() => JsonSerializer.Serialize(this, Json);

    public static ModelCard? Read(string? json) => string.IsNullOrEmpty(json) ? null : JsonSerializer.Deserialize<ModelCard>(json, Json);
}
