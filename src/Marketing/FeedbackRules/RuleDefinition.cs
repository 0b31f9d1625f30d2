using System.Text.Json;
using System.Text.Json.Serialization;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>When a figure does something, and other figures stand so, then act, within limits.</summary>
public sealed record RuleDefinition(Trigger When, IReadOnlyList<ActionSpec> Then)
{
    /// <summary>In the name of an object: each object of the source, and for an action the one that fired.</summary>
    public const string Each = "*";

    /// <summary>Must hold at the moment of firing.</summary>
    public IReadOnlyList<Trigger> And { get; init; } = [];

    public Limits Limits { get; init; } = new();

    /// <summary>The figures it looks at, the trigger first.</summary>
    [JsonIgnore]
    public IEnumerable<Trigger> Triggers => And.Prepend(When);
}

/// <summary>A figure and how it is looked at.</summary>
/// <param name="Threshold">In the figure's own unit; a share of change for <see cref="Test.Rises"/> and <see cref="Test.Falls"/>; deviations for <see cref="Test.Unusual"/>.</param>
public sealed record Trigger(KpiName Kpi, Test Test, double Threshold)
{
    /// <summary>For how long it must have held without a break, in minutes.</summary>
    public int ForMinutes { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<Test>))]
public enum Test
{
    Above,
    Below,

    /// <summary>Grew by at least this share against the same time a week before.</summary>
    Rises,

    /// <summary>Shrank by at least this share against the same time a week before.</summary>
    Falls,

    /// <summary>Lies this many robust deviations from what is usual at this time of the week.</summary>
    Unusual,
}

/// <summary>Something to be done.</summary>
/// <param name="ObjectId">Null for actions without an object; <see cref="RuleDefinition.Each"/> for the one that fired.</param>
public sealed record ActionSpec(string Target, string Action, string? ObjectId, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>The smallest and largest value a number among the parameters may have; beyond it the nearest is taken.</summary>
    public double? Min { get; init; }

    /// <inheritdoc cref="Min"/>
    public double? Max { get; init; }
}

/// <summary>What holds a rule back.</summary>
public sealed record Limits
{
    /// <summary>Minutes after a firing in which the same object does not fire again.</summary>
    public int CoolDownMinutes { get; init; } = 60;

    /// <summary>Firings of one object in a shop day.</summary>
    public int MostPerDay { get; init; } = 3;

    /// <summary>First hour of the shop's day in which it may fire, 0 to 23.</summary>
    public int FromHour { get; init; }

    /// <summary>Hour of the shop's day from which it may not fire any more, 1 to 24; up to the next morning where it is before <see cref="FromHour"/>.</summary>
    public int ToHour { get; init; } = 24;

    /// <summary>Whether a person must approve before anything is done.</summary>
    public bool Approval { get; init; } = true;

    /// <summary>Money its actions may bind in thirty days; null: no bound.</summary>
    public decimal? Budget { get; init; }

    /// <summary>Hours after a firing over which its effect is measured.</summary>
    public int EffectHours { get; init; } = 24;
}

/// <summary>Definitions as JSON.</summary>
public static class DefinitionJson
{
    public const int MaxLength = 32_000;

    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 16,
    };

    public static string Write(RuleDefinition definition) => JsonSerializer.Serialize(definition, Options);

    /// <returns>Null and the reason when the text is not a definition.</returns>
    public static RuleDefinition? Read(string json, out string? problem)
    {
        problem = null;
        if (json.Length > MaxLength)
        {
            problem = $"A rule has at most {MaxLength:N0} characters.";
            return null;
        }
        try
        {
            if (JsonSerializer.Deserialize<RuleDefinition>(json, Options) is { } read && !read.Then.Any(a => a is null) && !read.And.Any(t => t is null)) return read;
            problem = "null where something is needed";
        }
        catch (Exception broken) when (broken is JsonException or NotSupportedException)
        {
            problem = broken.Message;
        }
        return null;
    }
}
