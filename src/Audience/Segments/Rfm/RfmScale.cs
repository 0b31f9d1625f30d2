using System.Text.Json;
using System.Text.Json.Serialization;
using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Segments;

/// <summary>
/// How scores 1 to 5 are given: by fifths of the customers, or by fixed bounds a marketer chose. The bounds are those of the
/// scores 5, 4, 3 and 2, the best first.
/// </summary>
/// <param name="Days">Days since the last order, at most so many; growing. Null: fifths.</param>
/// <param name="Orders">Orders, at least so many; falling.</param>
/// <param name="Money">Net revenue in the shop's currency, at least so much; falling.</param>
public sealed record RfmScale(IReadOnlyList<int>? Days = null, IReadOnlyList<int>? Orders = null, IReadOnlyList<decimal>? Money = null)
{
    public static readonly RfmScale Fifths = new();

    [JsonIgnore]
    public bool IsFixed => Days is not null;

    /// <summary>What is wrong, as a key of a text; null: nothing.</summary>
    [JsonIgnore]
    public string? Problem => !IsFixed ? null
        : Days is not { Count: 4 } || Orders is not { Count: 4 } || Money is not { Count: 4 } ? "Missing"
        : Days.Any(d => d is < 0 or > RuleCheck.MaxDays) || Days.Zip(Days.Skip(1)).Any(p => p.First >= p.Second) ? "Days"
        : Orders[^1] < 1 || Orders.Zip(Orders.Skip(1)).Any(p => p.First <= p.Second) ? "Orders"
        : Money.Any(m => Math.Abs(m) > 1_000_000_000m) || Money.Zip(Money.Skip(1)).Any(p => p.First <= p.Second) ? "Money" : null;

    public string Write() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static RfmScale Read(string json) => JsonSerializer.Deserialize<RfmScale>(json, JsonSerializerOptions.Web)!;

    /// <summary>The earliest last order of the scores 2 to 5, seen from the end of a shop day.</summary>
    internal IReadOnlyList<DateTimeOffset> Since(DateTimeOffset end) => [.. Days!.Reverse().Select(d => end.AddDays(-d))];

    internal IReadOnlyList<int> OrdersFrom => [.. Orders!.Reverse()];

    internal IReadOnlyList<decimal> MoneyFrom => [.. Money!.Reverse()];
}

/// <summary>A scale as it was chosen.</summary>
/// <param name="Version">0: nobody has chosen any; fifths.</param>
public sealed record RfmScaleVersion(int Version, RfmScale Scale, DateTimeOffset? SavedAt)
{
    public static readonly RfmScaleVersion None = new(0, RfmScale.Fifths, null);
}
