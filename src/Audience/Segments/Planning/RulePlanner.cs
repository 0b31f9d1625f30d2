using System.Globalization;
using BehaviorDashboard.Features;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;
using Dapper;

namespace BehaviorDashboard.Segments;

/// <summary>
/// Rule to SQL. Each event condition becomes one common table expression with the people it holds for; the rule
/// becomes one Boolean over a row <c>p</c> of profiles that is never null. Every value is a parameter.
/// </summary>
internal sealed partial class RulePlanner
{
    private readonly RuleSources _sources;
    private readonly Dialect _dialect;
    private readonly DateTimeOffset _asOf;
    private readonly ShopClock _clock;
    private readonly string _currency;
    private readonly Func<int, Rule?> _segments;
    private readonly RuleTerms _terms;
    private readonly Dictionary<string, string> _tables = [];
    private readonly Dictionary<string, List<string>> _sums = [];
    private readonly Dictionary<object, string> _names = [];
    private int _open;

    /// <param name="segments">The rule another segment has now; null when there is none (nobody is in it).</param>
    public RulePlanner(RuleSources sources, Dialect dialect, DateTimeOffset asOf, ShopClock clock, string currency, Func<int, Rule?> segments, RuleTerms terms)
    {
        (_sources, _dialect, _asOf, _clock, _currency, _segments, _terms) = (sources, dialect, asOf, clock, currency, segments, terms);
        Parameters.Add("AsOf", asOf);
    }

    public DynamicParameters Parameters { get; } = new();

    /// <summary>The common table expressions of all conditions so far, with their <c>with</c>, or nothing.</summary>
    public string Tables
    {
        get
        {
            var all = _tables.Select(t => $"{t.Value} as {_dialect.ComputedOnce}({t.Key})").Concat(_sums.Select((s, i) => $"s{i} as ({Sum(s.Key, s.Value)})"));
            if (_sources.First is { } first) all = all.Prepend(first);
            return string.Join(",\n", all) is { Length: > 0 } tables ? $"with {tables}\n" : "";
        }
    }

    /// <summary>From <c>p</c> to what was added up of its events.</summary>
    public string Joins => string.Concat(_sums.Select((_, i) => $" left join s{i} on s{i}.person = p.user_id"));

    /// <summary>How many columns <see cref="Joins"/> brings; an engine has room for some 1,600.</summary>
    public int Width => _sums.Values.Sum(s => s.Count);

    /// <summary>A Boolean over <c>p</c>.</summary>
    public string Condition(Rule rule) => Joined(rule, One);

    /// <summary>A rule over what its conditions, in reading order, are written as.</summary>
    public static string Joined(Rule rule, Func<Rule, string> condition) => rule switch
    {
        AllOf { Rules: [] } => "true",
        AnyOf { Rules: [] } => "false",
        AllOf all => "(" + string.Join(" and ", all.Rules.Select(r => Joined(r, condition))) + ")",
        AnyOf any => "(" + string.Join(" or ", any.Rules.Select(r => Joined(r, condition))) + ")",
        Not not => $"(not {Joined(not.Rule, condition)})",
        _ => condition(rule),
    };

    private string One(Rule rule) => rule switch
    {
        FeatureRule feature => Feature(feature),
        TraitRule trait => Text(Trait(trait), trait.Op, trait.Values),
        DidRule did => Did(did),
        SequenceRule sequence => In(Sequence(sequence)),
        FavouriteRule favourite => $"p.user_id in (select f.person from {Table(Favourites(favourite))} f where {Text("f.value", Matching.Is, favourite.Values)})",
        SegmentRule segment => Segment(segment.Segment),
        GroupRule group => Divided(group) is { } people ? $"p.user_id in (select person from {people} where grp = {Value(group.Group)})" : "false",
        _ => throw new NotSupportedException(rule.GetType().Name),
    };

    /// <summary>What a condition looks at, as text over <c>p</c>; null where there is no single figure.</summary>
    public string Actual(Rule rule) => rule switch
    {
        FeatureRule feature when PersonFeatures.Find(feature.Feature) is { } f => f.Kind == FeatureKind.DaysSince
            ? $"cast(round(cast(extract(epoch from (@AsOf - {f.Sql})) / 86400.0 as decimal(18, 6)), 1) as text)" : $"cast(round(cast({f.Sql} as decimal(28, 9)), 2) as text)",
        FeatureRule feature when _terms.Figures.TryGetValue(feature.Feature, out var figure) =>
            $"cast(round(cast((select c.n from {Table(figure.People(_sources.Profiles))} c where c.person = p.user_id) as decimal(28, 9)), 4) as text)",
        TraitRule trait => Trait(trait),
        DidRule { Occasion: Occasion.Any } did => Measured(did),
        FavouriteRule favourite => $"(select string_agg(c.value, ', ' order by c.value) from {Table(Favourites(favourite))} c where c.person = p.user_id)",
        GroupRule group when Divided(group) is { } people => $"(select c.grp from {people} c where c.person = p.user_id)",
        DidRule did => $"cast((select c.t from {Table(Times(did))} c where c.person = p.user_id) as text)",
        _ => "cast(null as text)",
    };

    private string Measured(DidRule rule)
    {
        var (rows, total) = Rows(rule);
        return $"cast(round(cast(coalesce((select c.n from {Table(Person(rows, total + " as n"))} c where c.person = p.user_id), 0) as decimal(28, 9)), 2) as text)";
    }

    /// <summary>The table of a grouping's people and their groups; null where there is no such grouping (nobody is in it).</summary>
    private string? Divided(GroupRule rule) => _terms.Groupings.TryGetValue(rule.Grouping, out var grouping) ? Table(grouping.People(_sources.Profiles, Value)) : null;

    private string Trait(TraitRule rule) => $"(p.traits ->> {Value(_dialect.JsonKey(rule.Trait))})";

    private string Segment(int id)
    {
        if (_segments(id) is not { } rule || _open > RuleCheck.MaxDepth) return "false";
        _open++;
        var condition = Condition(rule);
        _open--;
        return condition;
    }

    private string Feature(FeatureRule rule)
    {
        if (PersonFeatures.Find(rule.Feature) is not { } feature) return Offered(rule);
        if (rule.Op is Comparison.Known or Comparison.Unknown) return $"({feature.Sql} is {(rule.Op == Comparison.Known ? "not " : "")}null)";
        if (feature.Kind != FeatureKind.DaysSince) return $"coalesce({Compare(feature.Sql, rule.Op, rule.Value, rule.To)}, false)";
        // "At most 30 days since" is an instant not before 30 days ago: the comparison turns round.
        string Ago(decimal? days) => Value(_asOf.AddDays(-(double)days!.Value));
        var when = rule.Op switch
        {
            Comparison.AtLeast => $"{feature.Sql} <= {Ago(rule.Value)}",
            Comparison.MoreThan => $"{feature.Sql} < {Ago(rule.Value)}",
            Comparison.AtMost => $"{feature.Sql} >= {Ago(rule.Value)}",
            Comparison.LessThan => $"{feature.Sql} > {Ago(rule.Value)}",
            _ => $"{feature.Sql} between {Ago(rule.To)} and {Ago(rule.Value)}",
        };
        return $"coalesce({when}, false)";
    }

    /// <summary>A figure nobody offers is unknown for everybody.</summary>
    private string Offered(FeatureRule rule)
    {
        if (!_terms.Figures.TryGetValue(rule.Feature, out var figure)) return rule.Op == Comparison.Unknown ? "true" : "false";
        var holds = rule.Op is Comparison.Known or Comparison.Unknown ? "n is not null" : Compare("n", rule.Op, rule.Value, rule.To);
        var people = $"p.user_id in (select person from {Table(figure.People(_sources.Profiles))} where {holds})";
        return rule.Op == Comparison.Unknown ? $"(not {people})" : people;
    }

    private string Compare(string expression, Comparison op, decimal? value, decimal? to) => op switch
    {
        Comparison.AtLeast => $"{expression} >= {Number(value)}",
        Comparison.AtMost => $"{expression} <= {Number(value)}",
        Comparison.MoreThan => $"{expression} > {Number(value)}",
        Comparison.LessThan => $"{expression} < {Number(value)}",
        Comparison.Equal => $"{expression} = {Number(value)}",
        Comparison.NotEqual => $"{expression} <> {Number(value)}",
        _ => $"{expression} between {Number(value)} and {Number(to)}",
    };

    private string In(string table) => $"p.user_id in (select person from {Table(table)})";

    private string Table(string text)
    {
        if (!_tables.TryGetValue(text, out var name)) _tables[text] = name = "c" + _tables.Count.ToString(CultureInfo.InvariantCulture);
        return name;
    }

    /// <summary>Never null, so that it can stand under a not.</summary>
    private string Text(string text, Matching op, IReadOnlyList<string>? values) => $"coalesce({Compared(text, op, values, numeric: null)}, false)";

    /// <summary>Null where there is no value; as a filter of rows that is no, and costs half of asking for it.</summary>
    /// <param name="numeric">The same value as a number, where it is a number's column.</param>
    private string Compared(string text, Matching op, IReadOnlyList<string>? values, string? numeric)
    {
        text = $"({text})";
        string Lower(string v) => $"lower(cast({Value(v)} as text))";
        return op switch
        {
            Matching.Known => $"{text} is not null",
            Matching.Unknown => $"{text} is null",
            Matching.AtLeast or Matching.AtMost => $"{numeric ?? TextNumber.Sql(text)} {(op == Matching.AtLeast ? ">=" : "<=")} {Number(TextNumber.Parse(values![0]))}",
            Matching.Contains => "(" + string.Join(" or ", values!.Select(v => $"position({Lower(v)} in lower({text})) > 0")) + ")",
            Matching.StartsWith => "(" + string.Join(" or ", values!.Select(v => $"starts_with(lower({text}), {Lower(v)})")) + ")",
            _ when numeric is not null => Any(numeric, op, values!.Select(TextNumber.Parse).Where(v => v is not null).Select(Number)),
            _ => Any($"lower({text})", op, values!.Select(Lower)),
        };
    }

    private static string Any(string expression, Matching op, IEnumerable<string> values)
    {
        var list = values.ToList();
        return list switch
        {
            [] => op == Matching.Is ? "false" : $"{expression} is not null",
            // A list of one is asked more slowly than its value.
            [var only] => $"{expression} {(op == Matching.Is ? "=" : "<>")} {only}",
            _ => $"{expression} {(op == Matching.Is ? "in" : "not in")} ({string.Join(", ", list)})",
        };
    }

    /// <summary>Whole numbers as such: to compare a count with a decimal would turn every row's count into one.</summary>
    private string Number(decimal? value) =>
        $"cast({Value(value!.Value)} as {(decimal.Truncate(value.Value) == value.Value && Math.Abs(value.Value) < long.MaxValue ? "bigint" : "decimal(28, 9)")})";

    private string Value(object value)
    {
        if (_names.TryGetValue(value, out var known)) return known;
        var name = "r" + _names.Count.ToString(CultureInfo.InvariantCulture);
        Parameters.Add(name, value);
        return _names[value] = "@" + name;
    }
}
