using System.Text.Json.Serialization;
using BehaviorDashboard.Features;

namespace BehaviorDashboard.Segments;

/// <summary>
/// Who belongs to a segment: conditions joined by all / any / not. A rule is either true or false for a person at an
/// instant; what is not known makes a condition false, never unknown.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(AllOf), "all")]
[JsonDerivedType(typeof(AnyOf), "any")]
[JsonDerivedType(typeof(Not), "not")]
[JsonDerivedType(typeof(FeatureRule), "feature")]
[JsonDerivedType(typeof(TraitRule), "trait")]
[JsonDerivedType(typeof(DidRule), "did")]
[JsonDerivedType(typeof(SequenceRule), "sequence")]
[JsonDerivedType(typeof(FavouriteRule), "favourite")]
[JsonDerivedType(typeof(SegmentRule), "segment")]
[JsonDerivedType(typeof(GroupRule), "group")]
public abstract record Rule
{
    [JsonIgnore]
    public IReadOnlyList<Rule> Children => this switch
    {
        AllOf all => all.Rules,
        AnyOf any => any.Rules,
        Not not => [not.Rule],
        _ => [],
    };

    /// <summary>This rule and all below it, in reading order.</summary>
    public IEnumerable<Rule> Walk() => Children.SelectMany(c => c.Walk()).Prepend(this);

    /// <summary>The conditions, in reading order.</summary>
    public IEnumerable<Rule> Conditions() => Walk().Where(r => r is not (AllOf or AnyOf or Not));
}

/// <summary>True when every rule is; no rules: everybody.</summary>
public sealed record AllOf(IReadOnlyList<Rule> Rules) : Rule;

/// <summary>True when one rule is; no rules: nobody.</summary>
public sealed record AnyOf(IReadOnlyList<Rule> Rules) : Rule;

public sealed record Not(Rule Rule) : Rule;

/// <summary>A figure of the person: of their running row, such as orders or days since the last order, or one another slice offers.</summary>
/// <param name="Feature">A key of <see cref="PersonFeatures"/> or of a <see cref="Figure"/>.</param>
/// <param name="To">The upper end of <see cref="Comparison.Between"/>, included.</param>
public sealed record FeatureRule(string Feature, Comparison Op, decimal? Value = null, decimal? To = null) : Rule;

/// <summary>A trait the shop told: text without regard to case, or a number.</summary>
public sealed record TraitRule(string Trait, Matching Op, IReadOnlyList<string>? Values = null) : Rule;

/// <summary>Whether, how often or how much a person did something.</summary>
/// <param name="Event">An event name, or one of <see cref="OrderLines"/>.</param>
public sealed record DidRule(string Event) : Rule
{
    public Measure Measure { get; init; } = Measure.Count;

    /// <summary>Known and Unknown have no meaning here: who never did it has the measure 0.</summary>
    public Comparison Op { get; init; } = Comparison.AtLeast;

    public decimal Value { get; init; } = 1;

    public decimal? To { get; init; }

    public IReadOnlyList<PropertyFilter> Where { get; init; } = [];

    public Window When { get; init; } = Window.Ever;

    /// <summary>First or last: the person's first (last) such event lies in the window; measure and comparison are not asked.</summary>
    public Occasion Occasion { get; init; } = Occasion.Any;
}

/// <summary>One event, and after it another within a time.</summary>
/// <param name="WithinHours">The longest time from one to the other; both at the same instant do not count.</param>
public sealed record SequenceRule(EventStep First, EventStep Then, int WithinHours) : Rule
{
    /// <summary>Where the second event must lie.</summary>
    public Window When { get; init; } = Window.Ever;
}

/// <summary>What a person did most: of their matching events the category, or the product, that most of them have. Where several have as many, each is a favourite.</summary>
/// <param name="Values">One of them must be a favourite; case does not matter.</param>
public sealed record FavouriteRule(string Event, FavouriteOf Of, IReadOnlyList<string> Values) : Rule
{
    public IReadOnlyList<PropertyFilter> Where { get; init; } = [];

    public Window When { get; init; } = Window.Ever;
}

/// <summary>Membership in another segment, by the rule that one has now.</summary>
public sealed record SegmentRule(int Segment) : Rule;

/// <summary>Membership in a group of a grouping: a learned cluster, an RFM group.</summary>
/// <param name="Grouping">The key of an <see cref="IGrouping"/>.</param>
public sealed record GroupRule(string Grouping, string Group) : Rule;

public sealed record EventStep(string Event)
{
    public IReadOnlyList<PropertyFilter> Where { get; init; } = [];
}

/// <summary>An event's own field (product_id, category, price …) or any other property it carries.</summary>
public sealed record PropertyFilter(string Property, Matching Op, IReadOnlyList<string>? Values = null);

/// <summary>Names for the product lines of orders and refunds, to be used as events.</summary>
public static class OrderLines
{
    public const string Bought = "Product Bought";
    public const string Returned = "Product Returned";

    /// <summary>The name events of a rule are stored under.</summary>
    internal static string Stored(string name) => name switch
    {
        Bought => Events.EventNames.OrderCompleted,
        Returned => Events.EventNames.OrderRefunded,
        _ => name,
    };
}

[JsonConverter(typeof(JsonStringEnumConverter<Comparison>))]
public enum Comparison { AtLeast, AtMost, MoreThan, LessThan, Equal, NotEqual, Between, Known, Unknown }

[JsonConverter(typeof(JsonStringEnumConverter<Matching>))]
public enum Matching { Is, IsNot, Contains, StartsWith, AtLeast, AtMost, Known, Unknown }

[JsonConverter(typeof(JsonStringEnumConverter<Measure>))]
public enum Measure { Count, Revenue, Units, Products, Categories }

[JsonConverter(typeof(JsonStringEnumConverter<FavouriteOf>))]
public enum FavouriteOf { Category, Product }

[JsonConverter(typeof(JsonStringEnumConverter<Occasion>))]
public enum Occasion { Any, First, Last }
