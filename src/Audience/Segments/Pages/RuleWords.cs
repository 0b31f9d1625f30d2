using System.Globalization;
using BehaviorDashboard.Features;
using BehaviorDashboard.Look;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Segments.Pages;

/// <summary>A rule as a sentence in the reader's language.</summary>
public sealed class RuleWords(IStringLocalizer<SegmentsText> text, ShopFormat format, IReadOnlyDictionary<int, string> segments, RuleTerms terms)
{
    public string Sentence(Rule rule) => rule switch
    {
        AllOf { Rules: [] } => text["S.Everybody"],
        AnyOf { Rules: [] } => text["S.Nobody"],
        AllOf all => Join(all.Rules, text["S.And"]),
        AnyOf any => Join(any.Rules, text["S.Or"]),
        Not { Rule: DidRule { Occasion: Occasion.Any, Measure: Measure.Count, Op: Comparison.AtLeast, Value: 1 } did } => Timed(text["S.DidNot", Step(did.Event, did.Where)], did.When),
        Not { Rule: SegmentRule segment } => text["S.NotIn", Name(segment)],
        Not { Rule: GroupRule group } => Divided(group, "S.GroupNot"),
        Not not => text["S.Not", Sentence(not.Rule)],
        FeatureRule feature => text["S.Figure", Figure(feature.Feature), Compared(feature.Op, Amount(feature.Feature, feature.Value), Amount(feature.Feature, feature.To))],
        TraitRule trait => $"{text["S.Trait", trait.Trait]} {Matched(trait.Op, trait.Values)}",
        DidRule did => Timed(Did(did), did.When),
        SequenceRule s => Timed(text["S.Sequence", Step(s.First.Event, s.First.Where), Step(s.Then.Event, s.Then.Where), Hours(s.WithinHours)], s.When),
        FavouriteRule f => Timed(text["S.Favourite", text["FavouriteOf." + f.Of], Step(f.Event, f.Where), string.Join(text["S.OrValue"], f.Values)], f.When),
        SegmentRule segment => text["S.In", Name(segment)],
        GroupRule group => Divided(group, "S.Group"),
        _ => "",
    };

    /// <summary>An event as the reader calls it; its own name where it is none of the usual ones.</summary>
    public string Event(string name) => text["E." + name] is { ResourceNotFound: false } known ? known : name;

    /// <summary>A length of time, in days where it is whole ones.</summary>
    public string Hours(int hours) => hours >= 48 && hours % 24 == 0 ? text["S.DaysCount", format.Number((long)hours / 24)] : hours == 1 ? text["S.OneHour"] : text["S.HoursCount", format.Number((long)hours)];

    /// <summary>The name of a figure; its key where nobody offers it any more.</summary>
    public string Figure(string key) => PersonFeatures.Find(key) is not null ? text["F." + key] : terms.Figures.GetValueOrDefault(key)?.Figure.Title() ?? key;

    private string Name(SegmentRule rule) => segments.GetValueOrDefault(rule.Segment) ?? "?";

    private string Divided(GroupRule rule, string words) => terms.Groupings.TryGetValue(rule.Grouping, out var grouping) ? text[words, grouping.Title(), grouping.Name(rule.Group)] : text[words, "?", "?"];

    private string Join(IReadOnlyList<Rule> rules, string word) => rules.Count == 1 ? Sentence(rules[0]) : string.Join(word, rules.Select(Nested));

    private string Nested(Rule rule) => rule is AllOf { Rules.Count: > 1 } or AnyOf { Rules.Count: > 1 } ? text["S.Nested", Sentence(rule)] : Sentence(rule);

    private string Did(DidRule did)
    {
        var what = Step(did.Event, did.Where);
        if (did.Occasion != Occasion.Any) return text["S." + did.Occasion, what];
        if (did.Measure != Measure.Count) return text["S.Measured", what, text["Measure." + did.Measure], Compared(did.Op, Measured(did.Measure, did.Value), Measured(did.Measure, did.To))];
        if (did is { Op: Comparison.AtLeast, Value: 1 }) return text["S.Did", what];
        if (did is { Op: Comparison.Equal or Comparison.AtMost, Value: 0 } or { Op: Comparison.LessThan, Value: 1 }) return text["S.DidNot", what];
        return text["S.Counted", what, Compared(did.Op, did.Op == Comparison.Between ? Plain(did.Value) : did.Value == 1 ? text["S.Once"] : text["S.Times", Plain(did.Value)], text["S.Times", Plain(did.To)])];
    }

    private string Measured(Measure measure, decimal? value) => measure == Measure.Revenue ? format.Money(value) : Plain(value);

    private static string Plain(decimal? value) => value?.ToString("#,0.##", CultureInfo.CurrentCulture) ?? "";

    private string Step(string name, IReadOnlyList<PropertyFilter> where) =>
        $"“{Event(name)}”" + (where.Count == 0 ? "" : text["S.Where", string.Join(text["S.Comma"], where.Select(f => $"{Property(f.Property)} {Matched(f.Op, f.Values)}"))]);

    private string Property(string name) => text["Prop." + name] is { ResourceNotFound: false } known ? known : name;

    private string Timed(string what, Window when) => when.Kind == WindowKind.Ever ? what : text["S.Timed", what, When(when)];

    private string When(Window when) => when.Kind switch
    {
        WindowKind.Within when when.Days == 1 => text["S.WithinDay"],
        WindowKind.Within => text["S.Within", when.Days ?? 0],
        WindowKind.Before => text["S.Before", when.Days ?? 0],
        WindowKind.Between => text["S.Between", format.Date(when.From), format.Date(when.To)],
        _ => "",
    };

    private string Compared(Comparison op, string value, string to) => text["Op." + op, value, to];

    private string Matched(Matching op, IReadOnlyList<string>? values) => text["M." + op, string.Join(text["S.OrValue"], values ?? [])];

    /// <summary>A figure as it is written for its kind.</summary>
    public string Amount(string feature, decimal? value) => terms.KindOf(feature) switch
    {
        FeatureKind.Money => format.Money(value),
        FeatureKind.Share => format.Percent((double?)value),
        FeatureKind.Days => value is null ? "" : text["S.DaysCount", Plain(value)],
        _ => Plain(value),
    };
}
