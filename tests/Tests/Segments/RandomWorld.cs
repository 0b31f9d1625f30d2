using System.Text.Json;
using BehaviorDashboard.Events;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;

namespace BehaviorDashboard.Tests.Segments;

/// <summary>Small worlds full of edges: equal instants, boundaries of windows, missing values, people who turn out to be one.</summary>
internal sealed class RandomWorld(int seed)
{
    private static readonly string[] Names = ["Product Viewed", "Product Added", "Order Completed", "Order Refunded", "Products Searched", "Product Reviewed", "点赞"];
    private static readonly string[] Words = ["de", "DE", "中国", "a\"b", "$x", "5", "5.50", "-1", "n/a", "o'neil", "50%"];
    private static readonly string[] Keys = ["country", "$tier", "we\"ird", "/path", "a.b", "*", "[0]", "b\\s", "~1", "0"];
    private readonly Random _random = new(seed);

    public static DateTimeOffset AsOf => Make.Noon;

    public List<ShopEvent> Events()
    {
        var events = new List<ShopEvent>();
        for (var i = 0; i < 260; i++)
        {
            var person = _random.Next(14);
            var named = person < 9 && _random.Next(3) > 0;
            var name = One(Names);
            var order = name.StartsWith("Order", StringComparison.Ordinal);
            var at = At();
            decimal? revenue = order && _random.Next(6) > 0 ? _random.Next(0, 60) * (name == "Order Refunded" ? -1 : 1) : null;
            events.Add(Event($"m{i}", name, "track", person, named, at, revenue, order ? $"o{i}" : null, order ? null : Product(), null));
            for (var line = 0; order && line < _random.Next(3); line++)
                events.Add(Event($"m{i}#{line}", name, "item", person, named, at, null, $"o{i}", Product(), _random.Next(1, 4) * (name == "Order Refunded" ? -1 : 1)));
        }
        return events;
    }

    public Rule Rule(int depth = 0) => _random.Next(depth > 3 ? 6 : 10) switch
    {
        0 or 1 => Did(),
        2 => Feature(),
        3 => new TraitRule(One(Keys), Op(out var values), values),
        4 => new SequenceRule(Step(), Step(), One(1, 24, 48, 24 * 30)) { When = When() },
        5 => new FavouriteRule(One([.. Names, OrderLines.Bought]), One(FavouriteOf.Category, FavouriteOf.Product), [One("c0", "C1", "p2", "p3"), One("c2", "c3", "P0", "p1")]) { Where = Filters(), When = When() },
        6 => new Not(Rule(depth + 1)),
        7 => depth == 0 ? Rule(1) : new SegmentRule(_random.Next(3)),
        8 => new AnyOf([Rule(depth + 1), Rule(depth + 1)]),
        _ => new AllOf([Rule(depth + 1), Rule(depth + 1)]),
    };

    private ShopEvent Event(string id, string name, string type, int person, bool named, DateTimeOffset at, decimal? revenue, string? order, string? product, int? quantity)
    {
        var properties = _random.Next(2) == 0 ? null : JsonSerializer.Serialize(new Dictionary<string, object?> { [One(Keys)] = _random.Next(4) == 0 ? _random.Next(9) : _random.Next(5) == 0 ? null : One(Words) });
        if (name == "Order Completed" && type == "track" && _random.Next(2) == 0) properties = JsonSerializer.Serialize(new Dictionary<string, object?> { ["discount"] = One<object?>("0", 5, "4.50", "x", 0.0, null) });
        var traits = _random.Next(5) > 0 || type == "item" ? null : JsonSerializer.Serialize(new Dictionary<string, object?> { [One(Keys)] = _random.Next(4) == 0 ? _random.Next(9) : One(Words) });
        return new ShopEvent
        {
            MessageId = id, ReceivedAt = at, OccurredAt = at, Type = type, Name = name, SourceId = "test", OutsideSessions = true,
            UserId = named ? $"u{person % 5}" : null, AnonymousId = named && _random.Next(3) > 0 ? null : $"d{person}",
            Revenue = revenue, OrderId = order, ProductId = product, Category = product is null ? null : "c" + product[1], Quantity = quantity, Rating = name == "Product Reviewed" && _random.Next(4) > 0 ? _random.Next(1, 6) : null,
            Price = product is null || _random.Next(3) == 0 ? null : _random.Next(1, 20) / 2m, Properties = properties, Traits = traits,
        };
    }

    private string? Product() => _random.Next(5) == 0 ? null : $"p{_random.Next(4)}";

    private DateTimeOffset At() => _random.Next(4) switch
    {
        0 => AsOf.AddDays(-One(0, 1, 7, 30)),
        1 => AsOf.AddDays(-One(1, 7, 30)).AddMicroseconds(_random.Next(-1, 2)),
        2 => AsOf.AddMinutes(-_random.Next(60 * 24 * 60)),
        _ => AsOf.AddHours(-_random.Next(-10, 24 * 60)),
    };

    public DidRule Did(string? name = null) => new(name ?? One([.. Names, OrderLines.Bought, OrderLines.Returned]))
    {
        Measure = One(Measure.Count, Measure.Count, Measure.Revenue, Measure.Units, Measure.Products, Measure.Categories),
        Op = One(Comparison.AtLeast, Comparison.AtMost, Comparison.MoreThan, Comparison.LessThan, Comparison.Equal, Comparison.NotEqual, Comparison.Between),
        Value = _random.Next(-1, 4), To = _random.Next(3, 50), Where = Filters(), When = When(), Occasion = One(Occasion.Any, Occasion.Any, Occasion.First, Occasion.Last),
    };

    private FeatureRule Feature()
    {
        var feature = One("churn", "worth", "discount_share", "review_min", "review_last", "review_mean", "days_since_last_rating", "orders", "revenue", "net_revenue", "average_order", "refund_share", "product_views", "units", "known", "days_since_last_order", "days_since_first_order", "days_since_last_seen", "days_since_first_seen");
        var op = feature.StartsWith("days", StringComparison.Ordinal)
            ? One(Comparison.AtLeast, Comparison.AtMost, Comparison.MoreThan, Comparison.LessThan, Comparison.Between, Comparison.Known, Comparison.Unknown)
            : One(Enum.GetValues<Comparison>());
        return new FeatureRule(feature, op, One(0, 1, 2, 7, 30), One(30, 60));
    }

    private EventStep Step() => new(One([.. Names, OrderLines.Bought])) { Where = Filters() };

    private List<PropertyFilter> Filters()
    {
        var filters = new List<PropertyFilter>();
        if (_random.Next(3) == 0) filters.Add(new PropertyFilter(One(Keys), Op(out var values), values));
        if (_random.Next(5) == 0) filters.Add(new PropertyFilter("product_id", One(Matching.Is, Matching.IsNot), ["P1", "p2"]));
        if (_random.Next(5) == 0) filters.Add(new PropertyFilter(One("quantity", "price"), One(Matching.AtLeast, Matching.AtMost, Matching.Is, Matching.IsNot, Matching.Known, Matching.Unknown), [One("1", "2", "2.5")]));
        return filters;
    }

    private Matching Op(out IReadOnlyList<string>? values)
    {
        var op = One(Enum.GetValues<Matching>());
        values = op switch
        {
            Matching.Known or Matching.Unknown => null,
            Matching.AtLeast or Matching.AtMost => [One("5", "-1", "5.50")],
            _ => [One(Words), One(Words)],
        };
        return op;
    }

    private Window When() => _random.Next(4) switch
    {
        0 => Window.Ever,
        1 => Window.Within(One(1, 7, 30)),
        2 => Window.Before(One(1, 7, 30)),
        _ => Window.Between(DateOnly.FromDateTime(AsOf.UtcDateTime.AddDays(-One(7, 30))), DateOnly.FromDateTime(AsOf.UtcDateTime.AddDays(-One(0, 1)))),
    };

    private T One<T>(params T[] of) => of[_random.Next(of.Length)];
}
