using System.Text.Json;
using System.Text.Json.Serialization;

namespace BehaviorDashboard.Segments;

/// <summary>Rules as JSON: how they are stored, sent and compared.</summary>
public static class RuleJson
{
    /// <summary>Characters of the longest rule.</summary>
    public const int MaxLength = 64_000;

    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        AllowOutOfOrderMetadataProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 48,
    };

    public static string Write(Rule rule) => JsonSerializer.Serialize(rule, Options);

    /// <summary>A rule in its canonical text, so that equal rules compare equal.</summary>
    public static Rule? Read(string json, out RuleProblem? problem)
    {
        problem = null;
        if (json.Length > MaxLength)
        {
            problem = new RuleProblem("", "TooLong", $"{json.Length:N0} characters; at most {MaxLength:N0}");
            return null;
        }
        try
        {
            if (JsonSerializer.Deserialize<Rule>(json, Options) is { } rule && !HasHole(rule)) return rule;
            problem = new RuleProblem("", "Empty", "null where something is needed");
        }
        catch (Exception broken) when (broken is JsonException or NotSupportedException)
        {
            problem = new RuleProblem((broken as JsonException)?.Path ?? "", "NotARule", broken.Message);
        }
        return null;
    }

    /// <summary>The reader lets null pass as an element of a list and for what has a value when left out.</summary>
    private static bool HasHole(Rule? rule) => rule switch
    {
        null => true,
        DidRule did => did.When is null || HasHole(did.Where),
        FavouriteRule favourite => favourite.When is null || HasHole(favourite.Where),
        SequenceRule sequence => sequence.When is null || HasHole(sequence.First.Where) || HasHole(sequence.Then.Where),
        _ => rule.Children.Any(HasHole),
    };

    private static bool HasHole(IReadOnlyList<PropertyFilter>? filters) => filters is null || filters.Any(f => f is null);
}
