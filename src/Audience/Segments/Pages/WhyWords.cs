using System.Globalization;
using BehaviorDashboard.Look;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Segments.Pages;

/// <summary>Answers to "why" in the reader's language.</summary>
public sealed class WhyWords(IStringLocalizer<SegmentsText> text, ShopFormat format, RuleWords words)
{
    public string Past(ConditionAnswer answer) => answer.Past switch
    {
        PastKind.Since => text[answer.Holds ? "Why.TrueSince" : "Why.FalseSince", format.Moment(answer.Since)],
        PastKind.FromTheBeginning => text[answer.Holds ? "Why.TrueAlways" : "Why.FalseAlways"],
        _ => text["Why.NotKept"],
    };

    /// <summary>When somebody leaves or enters if nothing happens.</summary>
    public string Whole(Change turn) => text[turn.Kind == ChangeKind.Ends ? "Why.Leaves" : "Why.Enters", format.Moment(turn.At)] + Cause(turn) + text["Why.Stop"];

    public string Of(Rule rule, Change change) => change.Kind switch
    {
        ChangeKind.Ends or ChangeKind.Begins => text["Change." + change.Kind, format.Moment(change.At)] + Cause(change),
        ChangeKind.NeedsMore when change.Amount == 0 => text["Change.NeedsAnyMore"],
        ChangeKind.NeedsMore or ChangeKind.EndsWithMore or ChangeKind.NeedsLess => text["Change." + change.Kind, Amount(rule, change.Amount ?? 0)] + Before(change),
        ChangeKind.NeedsEvent or ChangeKind.EndsWithEvent => text["Change." + change.Kind, Event(rule)] + Before(change),
        ChangeKind.CountsFrom => text["Change.CountsFrom", format.Moment(change.At)],
        ChangeKind.NeedsOther => text["Change.NeedsOther." + rule switch { TraitRule => "trait", SegmentRule => "segment", FavouriteRule => "favourite", FeatureRule { Feature: "review_min" or "review_last" } => "rating", GroupRule => "group", _ => "figure" }],
        _ => text["Change.Stays"],
    };

    /// <summary>An event in a line: its name, what and how much, when.</summary>
    public string Event(SeenEvent seen) => string.Join(" · ", new[] { words.Event(seen.Name), seen.Product, seen.Amount is { } amount ? format.Money(amount, seen.Currency ?? format.Currency) : null, format.Moment(seen.When) }.OfType<string>());

    /// <summary>What a condition looked at: a figure as its kind is written, anything else as it is.</summary>
    public string Figure(Rule rule, string actual) => rule is FeatureRule feature && TextNumber.Parse(actual) is { } n ? words.Amount(feature.Feature, n) : actual;

    private string Cause(Change change) => change.Event is { } seen ? text["Why.Cause", words.Event(seen.Name), format.Moment(seen.When), Plain(Math.Round((decimal)(change.At! - seen.When).Value.TotalDays, 2))] : "";

    private string Before(Change change) => change.At is { } limit ? text["Why.Before", format.Moment(limit)] : "";

    private string Event(Rule rule) => rule switch
    {
        DidRule did => $"“{words.Event(did.Event)}”",
        SequenceRule sequence => text["Why.Then", words.Event(sequence.First.Event), words.Event(sequence.Then.Event), words.Hours(sequence.WithinHours)],
        FeatureRule { Feature: "days_since_last_order" or "days_since_first_order" } => text["Why.AnOrder"],
        FeatureRule { Feature: "days_since_last_rating" } => text["Why.ARating"],
        _ => text["Why.AVisit"],
    };

    private string Amount(Rule rule, decimal amount) => rule switch
    {
        DidRule { Measure: Measure.Revenue } => format.Money(amount),
        DidRule did => $"{Plain(amount)} {text["Measure." + did.Measure]}",
        FavouriteRule favourite => $"{Plain(amount)} “{words.Event(favourite.Event)}” ({string.Join(text["S.OrValue"], favourite.Values)})",
        FeatureRule feature => words.Amount(feature.Feature, amount),
        _ => Plain(amount),
    };

    private static string Plain(decimal amount) => amount.ToString("#,0.##", CultureInfo.CurrentCulture);
}
