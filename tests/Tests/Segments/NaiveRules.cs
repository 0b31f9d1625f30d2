using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Segments;

namespace BehaviorDashboard.Tests.Segments;

/// <summary>The meaning of rules, told without SQL: a person is a list of events and an object of traits.</summary>
internal sealed class NaiveRules(DateTimeOffset asOf, ShopClock clock, Func<int, Rule?> segments)
{
    public bool Holds(Rule rule, NaivePerson p) => rule switch
    {
        AllOf all => all.Rules.All(r => Holds(r, p)),
        AnyOf any => any.Rules.Any(r => Holds(r, p)),
        Not not => !Holds(not.Rule, p),
        FeatureRule feature => Feature(feature, p),
        TraitRule trait => Text(p.Traits.GetValueOrDefault(trait.Trait), trait.Op, trait.Values),
        DidRule did => Did(did, p),
        SequenceRule sequence => Sequence(sequence, p),
        FavouriteRule favourite => Favourite(favourite, p),
        SegmentRule segment => segments(segment.Segment) is { } other && Holds(other, p),
        _ => throw new NotSupportedException(),
    };

    private bool Feature(FeatureRule rule, NaivePerson p)
    {
        DateTimeOffset? since = rule.Feature switch
        {
            "days_since_last_order" => p.Orders.Count == 0 ? null : p.Orders.Max(e => e.OccurredAt),
            "days_since_first_order" => p.Orders.Count == 0 ? null : p.Orders.Min(e => e.OccurredAt),
            "days_since_last_rating" => p.Ratings.Count == 0 ? null : p.Ratings.Max(e => e.OccurredAt),
            "days_since_last_seen" => p.Events.Max(e => e.OccurredAt),
            "days_since_first_seen" => p.Events.Min(e => e.OccurredAt),
            _ => null,
        };
        if (rule.Feature.StartsWith("days_since", StringComparison.Ordinal))
            return Compare(since is null ? null : (decimal)(asOf - since.Value).Ticks / TimeSpan.TicksPerDay, rule);
        decimal revenue = p.Orders.Sum(e => e.Revenue ?? 0), refunded = -p.Events.Where(e => e.Type == "track" && e.Name == "Order Refunded").Sum(e => e.Revenue ?? 0);
        return Compare(rule.Feature switch
        {
            "orders" => p.Orders.Count,
            "revenue" => revenue,
            "net_revenue" => revenue - refunded,
            "average_order" => p.Orders.Count == 0 ? null : revenue / p.Orders.Count,
            "discount_share" => p.Orders.Count == 0 ? null : (decimal)p.Orders.Count(e => TextNumber.Parse(Property(e.Properties, "discount")) > 0) / p.Orders.Count,
            "review_min" => p.Ratings.Min(e => (decimal?)e.Rating),
            "review_last" => p.Ratings.GroupBy(e => e.OccurredAt).MaxBy(g => g.Key)?.Min(e => (decimal?)e.Rating),
            "review_mean" => p.Ratings.Average(e => (decimal?)e.Rating),
            "refund_share" => revenue == 0 ? null : refunded / revenue,
            "product_views" => p.Events.Count(e => e.Type == "track" && e.Name == "Product Viewed"),
            "units" => p.Events.Where(e => e.Type == "item").Sum(e => e.Quantity ?? 0),
            "churn" or "worth" => p.Figures.GetValueOrDefault(rule.Feature),
            "known" => PersonKey.IsAnonymous(p.Key) ? 0 : 1,
            _ => throw new NotSupportedException(rule.Feature),
        }, rule);
    }

    private static bool Compare(decimal? n, FeatureRule rule) => rule.Op switch
    {
        Comparison.Known => n is not null,
        Comparison.Unknown => n is null,
        _ => n is not null && Compare(n.Value, rule.Op, rule.Value!.Value, rule.To),
    };

    private static bool Compare(decimal n, Comparison op, decimal value, decimal? to) => op switch
    {
        Comparison.AtLeast => n >= value,
        Comparison.AtMost => n <= value,
        Comparison.MoreThan => n > value,
        Comparison.LessThan => n < value,
        Comparison.Equal => n == value,
        Comparison.NotEqual => n != value,
        _ => n >= value && n <= to,
    };

    private bool Did(DidRule rule, NaivePerson p)
    {
        var all = p.Events.Where(e => Matches(e, rule.Event, rule.Where) && e.OccurredAt <= asOf).OrderBy(e => e.OccurredAt).ToList();
        if (rule.Occasion == Occasion.First) return all.Count > 0 && Inside(all[0].OccurredAt, rule.When);
        if (rule.Occasion == Occasion.Last) return all.Count > 0 && Inside(all[^1].OccurredAt, rule.When);
        var seen = all.Where(e => Inside(e.OccurredAt, rule.When)).ToList();
        decimal n = rule.Measure switch
        {
            Measure.Count => seen.Count,
            Measure.Revenue => seen.Sum(e => e.Revenue ?? 0),
            Measure.Units => seen.Sum(e => e.Quantity ?? 0),
            Measure.Products => seen.Select(e => e.ProductId).OfType<string>().Distinct().Count(),
            _ => seen.Select(e => e.Category).OfType<string>().Distinct().Count(),
        };
        return Compare(n, rule.Op, rule.Value, rule.To);
    }

    private bool Favourite(FavouriteRule rule, NaivePerson p)
    {
        string? Value(ShopEvent e) => rule.Of == FavouriteOf.Category ? e.Category : e.ProductId;
        var counts = p.Events.Where(e => Matches(e, rule.Event, rule.Where) && e.OccurredAt <= asOf && Inside(e.OccurredAt, rule.When)).Select(Value).OfType<string>().GroupBy(v => v).ToDictionary(g => g.Key, g => g.Count());
        return counts.Any(c => c.Value == counts.Values.Max() && rule.Values.Contains(c.Key, StringComparer.OrdinalIgnoreCase));
    }

    private bool Sequence(SequenceRule rule, NaivePerson p) => p.Events
        .Where(b => Matches(b, rule.Then.Event, rule.Then.Where) && b.OccurredAt <= asOf && Inside(b.OccurredAt, rule.When))
        .Any(b => p.Events.Any(a => Matches(a, rule.First.Event, rule.First.Where) && a.OccurredAt < b.OccurredAt && b.OccurredAt - a.OccurredAt <= TimeSpan.FromHours(rule.WithinHours)));

    private bool Inside(DateTimeOffset at, Window when) => when.Kind switch
    {
        WindowKind.Within => at <= asOf && asOf - at < TimeSpan.FromDays(when.Days!.Value),
        WindowKind.Before => asOf - at >= TimeSpan.FromDays(when.Days!.Value),
        WindowKind.Between => clock.DateOf(at) >= when.From && clock.DateOf(at) <= when.To,
        _ => true,
    };

    private static bool Matches(ShopEvent e, string name, IReadOnlyList<PropertyFilter> where)
    {
        var (stored, line) = name switch { "Product Bought" => ("Order Completed", true), "Product Returned" => ("Order Refunded", true), _ => (name, false) };
        return e.Name == stored && (e.Type == "item") == line && where.All(f => Filter(e, f));
    }

    private static bool Filter(ShopEvent e, PropertyFilter filter)
    {
        decimal? number = filter.Property switch { "quantity" => e.Quantity, "price" => e.Price, "revenue" => e.Revenue, _ => null };
        if (filter.Property is "quantity" or "price" or "revenue")
            return filter.Op switch
            {
                Matching.Is => number is not null && filter.Values!.Any(v => TextNumber.Parse(v) == number),
                Matching.IsNot => number is not null && !filter.Values!.Any(v => TextNumber.Parse(v) == number),
                Matching.AtLeast => number >= TextNumber.Parse(filter.Values![0]),
                Matching.AtMost => number <= TextNumber.Parse(filter.Values![0]),
                Matching.Known => number is not null,
                _ => number is null,
            };
        return Text(filter.Property switch { "product_id" => e.ProductId, "category" => e.Category, _ => Property(e.Properties, filter.Property) }, filter.Op, filter.Values);
    }

    internal static string? Property(string? json, string name)
    {
        if (json is null) return null;
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null;
    }

    private static bool Text(string? text, Matching op, IReadOnlyList<string>? values)
    {
        static string Lower(string s) => s.ToLower(CultureInfo.InvariantCulture);
        return op switch
        {
            Matching.Known => text is not null,
            Matching.Unknown => text is null,
            _ when text is null => false,
            Matching.Is => values!.Any(v => Lower(v) == Lower(text)),
            Matching.IsNot => !values!.Any(v => Lower(v) == Lower(text)),
            Matching.Contains => values!.Any(v => Lower(text).Contains(Lower(v), StringComparison.Ordinal)),
            Matching.StartsWith => values!.Any(v => Lower(text).StartsWith(Lower(v), StringComparison.Ordinal)),
            Matching.AtLeast => TextNumber.Parse(text) >= TextNumber.Parse(values![0]),
            _ => TextNumber.Parse(text) <= TextNumber.Parse(values![0]),
        };
    }
}

internal sealed record NaivePerson(string Key, IReadOnlyList<ShopEvent> Events, IReadOnlyDictionary<string, string?> Traits)
{
    public IReadOnlyDictionary<string, decimal?> Figures { get; init; } = new Dictionary<string, decimal?>();

    public IReadOnlyList<ShopEvent> Ratings { get; } = [.. Events.Where(e => e.Type == "track" && e.Name == "Product Reviewed" && e.Rating is not null)];

    public IReadOnlyList<ShopEvent> Orders { get; } = [.. Events.Where(e => e.Type == "track" && e.Name == "Order Completed")];
}
