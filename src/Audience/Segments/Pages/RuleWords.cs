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
        Not not => text["S.Not", Nested(not.Rule)],
        FeatureRule feature => $"{Figure(feature.Feature)} {Compared(feature.Op, Amount(feature.Feature, feature.Value), Amount(feature.Feature, feature.To))}",
        TraitRule trait => $"{text["S.Trait", trait.Trait]} {Matched(trait.Op, trait.Values)}",
        DidRule did => Did(did),
        SequenceRule s => text["S.Sequence", Step(s.First.Event, s.First.Where), Step(s.Then.Event, s.Then.Where), format.Number((long)s.WithinHours)] + When(s.When),
        FavouriteRule f => text["S.Favourite", text["FavouriteOf." + f.Of], Step(f.Event, f.Where), string.Join(text["S.OrValue"], f.Values)] + When(f.When),
        SegmentRule segment => text["S.In", segments.GetValueOrDefault(segment.Segment) ?? "?"],
        GroupRule group when terms.Groupings.TryGetValue(group.Grouping, out var grouping) => text["S.Group", grouping.Title(), grouping.Name(group.Group)],
        GroupRule => text["S.Group", "?", "?"],
        _ => "",
    };

    /// <summary>The name of a figure; its key where nobody offers it any more.</summary>
    public string Figure(string key) => PersonFeatures.Find(key) is not null ? text["F." + key] : terms.Figures.GetValueOrDefault(key)?.Figure.Title() ?? key;

    private string Join(IReadOnlyList<Rule> rules, string word) => rules.Count == 1 ? Sentence(rules[0]) : string.Join($" {word} ", rules.Select(Nested));

    private string Nested(Rule rule) => rule is AllOf { Rules.Count: > 1 } or AnyOf { Rules.Count: > 1 } ? $"({Sentence(rule)})" : Sentence(rule);

    private string Did(DidRule did)
    {
        var what = Step(did.Event, did.Where);
        if (did.Occasion != Occasion.Any) return text["S." + did.Occasion, what] + When(did.When);
        if (did.Measure == Measure.Count && did is { Op: Comparison.AtLeast, Value: 1 }) return text["S.Did", what] + When(did.When);
        if (did.Measure == Measure.Count && (did is { Op: Comparison.Equal or Comparison.AtMost, Value: 0 } or { Op: Comparison.LessThan, Value: 1 })) return text["S.DidNot", what] + When(did.When);
        var compared = Compared(did.Op, format.Number(did.Value, did.Value % 1 == 0 ? 0 : 2), format.Number(did.To, 0));
        return text["S.Measured", what, text["Measure." + did.Measure], compared] + When(did.When);
    }

    private string Step(string name, IReadOnlyList<PropertyFilter> where) =>
        $"“{name}”" + (where.Count == 0 ? "" : text["S.Where", string.Join(text["S.Comma"], where.Select(f => $"{Property(f.Property)} {Matched(f.Op, f.Values)}"))]);

    private string Property(string name) => text["Prop." + name] is { ResourceNotFound: false } known ? known : name;

    private string When(Window when) => when.Kind switch
    {
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
        FeatureKind.Days => value is null ? "" : text["S.DaysCount", value.Value.ToString("#,0.##", CultureInfo.CurrentCulture)],
        _ => value?.ToString("#,0.##", CultureInfo.CurrentCulture) ?? "",
    };
}
