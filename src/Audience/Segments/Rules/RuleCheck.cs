using System.Globalization;
using BehaviorDashboard.Features;

namespace BehaviorDashboard.Segments;

/// <summary>Refuses rules that cannot be meant: with the place, a code and what was found there.</summary>
public static class RuleCheck
{
    public const int MaxConditions = 60;
    public const int MaxDepth = 8;
    public const int MaxDays = 3_650;
    private const int MaxText = 200;
    private const int MaxValues = 1_000;

    /// <param name="terms">What conditions may name now.</param>
    public static IReadOnlyList<RuleProblem> Check(Rule rule, RuleTerms terms)
    {
        var problems = new List<RuleProblem>();
        if (rule.Conditions().Count() > MaxConditions) problems.Add(new("", "TooMany", $"{rule.Conditions().Count()} > {MaxConditions}"));
        Visit(rule, "", 1, terms, problems);
        return problems;
    }

    /// <summary>The condition a problem's path lies in; null where it is that of no condition.</summary>
    public static Rule? At(Rule rule, string path)
    {
        foreach (var part in path.Split('.'))
        {
            if (part == "rule" && rule is Not not) rule = not.Rule;
            else if (part.StartsWith("rules[", StringComparison.Ordinal) && int.TryParse(part.AsSpan(6, part.Length - 7), CultureInfo.InvariantCulture, out var i) && i < rule.Children.Count) rule = rule.Children[i];
            else break;
        }
        return rule is AllOf or AnyOf or Not ? null : rule;
    }

    private static void Visit(Rule rule, string path, int depth, RuleTerms terms, List<RuleProblem> found)
    {
        if (depth > MaxDepth)
        {
            found.Add(new(path, "TooDeep", $"{MaxDepth}"));
            return;
        }
        switch (rule)
        {
            case AllOf or AnyOf:
                if (rule.Children.Count == 0 && depth > 1) found.Add(new(path, "EmptyGroup", ""));
                for (var i = 0; i < rule.Children.Count; i++) Visit(rule.Children[i], Join(path, $"rules[{i}]"), depth + 1, terms, found);
                break;
            case Not not: Visit(not.Rule, Join(path, "rule"), depth + 1, terms, found); break;
            case FeatureRule feature: Check(feature, path, terms, found); break;
            case TraitRule trait:
                Text(trait.Trait, Join(path, "trait"), found);
                Check(trait.Op, trait.Values, path, found);
                break;
            case DidRule did: Check(did, path, found); break;
            case SequenceRule sequence: Check(sequence, path, found); break;
            case FavouriteRule favourite:
                Text(favourite.Event, Join(path, "event"), found);
                Check(Matching.Is, favourite.Values, path, found);
                Filters(favourite.Where, path, found);
                Check(favourite.When, path, found);
                break;
            case GroupRule group:
                Text(group.Grouping, Join(path, "grouping"), found);
                Text(group.Group, Join(path, "group"), found);
                break;
        }
    }

    private static void Check(FeatureRule rule, string path, RuleTerms terms, List<RuleProblem> found)
    {
        if (terms.KindOf(rule.Feature) is not { } kind) found.Add(new(Join(path, "feature"), "UnknownFeature", rule.Feature));
        else if (kind == FeatureKind.DaysSince && (rule.Value is < 0 or > MaxDays || rule.To is < 0 or > MaxDays || rule.Op is Comparison.Equal or Comparison.NotEqual))
            found.Add(new(Join(path, "value"), "Days", $"{rule.Value}"));
        Range(rule.Op, rule.Value, rule.To, path, found);
    }

    private static void Check(DidRule rule, string path, List<RuleProblem> found)
    {
        Text(rule.Event, Join(path, "event"), found);
        Filters(rule.Where, path, found);
        Check(rule.When, path, found);
        if (rule.Occasion == Occasion.Any)
        {
            if (rule.Op is Comparison.Known or Comparison.Unknown) found.Add(new(Join(path, "op"), "NotHere", $"{rule.Op}"));
            if (rule.Measure == Measure.Count && rule.Op == Comparison.AtLeast && rule.Value <= 0) found.Add(new(Join(path, "value"), "Always", $"{rule.Value}"));
            if (rule.Measure == Measure.Count && (rule.Op == Comparison.LessThan && rule.Value <= 0 || rule.Value < 0)) found.Add(new(Join(path, "value"), "Never", $"{rule.Value}"));
            Range(rule.Op, rule.Value, rule.To, path, found);
        }
        else if (rule.When.Kind == WindowKind.Ever) found.Add(new(Join(path, "when"), "FirstNeedsWindow", $"{rule.Occasion}"));
    }

    private static void Check(SequenceRule rule, string path, List<RuleProblem> found)
    {
        Text(rule.First.Event, Join(path, "first.event"), found);
        Text(rule.Then.Event, Join(path, "then.event"), found);
        Filters(rule.First.Where, Join(path, "first"), found);
        Filters(rule.Then.Where, Join(path, "then"), found);
        Check(rule.When, path, found);
        if (rule.WithinHours is < 1 or > MaxDays * 24) found.Add(new(Join(path, "withinHours"), "Hours", $"{rule.WithinHours}"));
    }

    private static void Check(Window when, string path, List<RuleProblem> found)
    {
        if (when.Kind is WindowKind.Within or WindowKind.Before && when.Days is null or < 1 or > MaxDays) found.Add(new(Join(path, "when.days"), "Days", $"{when.Days}"));
        if (when.Kind == WindowKind.Between && (when.From is null || when.To is null || when.From > when.To || when.From.Value.Year < 1970 || when.To.Value.Year > 2100))
            found.Add(new(Join(path, "when"), "Dates", $"{when.From:O} – {when.To:O}"));
    }

    private static void Range(Comparison op, decimal? value, decimal? to, string path, List<RuleProblem> found)
    {
        if (op is Comparison.Known or Comparison.Unknown) return;
        if (value is null) found.Add(new(Join(path, "value"), "Missing", ""));
        else if (Math.Abs(value.Value) > 1_000_000_000_000m || Math.Abs(to ?? 0) > 1_000_000_000_000m) found.Add(new(Join(path, "value"), "TooLarge", $"{value}"));
        if (op == Comparison.Between && (to is null || to < value)) found.Add(new(Join(path, "to"), "Between", $"{value} – {to}"));
    }

    private static void Filters(IReadOnlyList<PropertyFilter> filters, string path, List<RuleProblem> found)
    {
        if (filters.Count > 10) found.Add(new(Join(path, "where"), "TooMany", $"{filters.Count} > 10"));
        for (var i = 0; i < filters.Count; i++)
        {
            Text(filters[i].Property, Join(path, $"where[{i}].property"), found);
            Check(filters[i].Op, filters[i].Values, Join(path, $"where[{i}]"), found);
        }
    }

    private static void Check(Matching op, IReadOnlyList<string>? values, string path, List<RuleProblem> found)
    {
        if (op is Matching.Known or Matching.Unknown) return;
        if (values is null or [] || values.Any(string.IsNullOrWhiteSpace)) found.Add(new(Join(path, "values"), "Missing", ""));
        else if (values.Count > MaxValues || values.Any(v => v.Length > MaxText)) found.Add(new(Join(path, "values"), "TooMany", $"{values.Count}"));
        else if (values.Any(v => v.Contains('\0', StringComparison.Ordinal))) found.Add(new(Join(path, "values"), "Text", "\\0"));
        else if (op is Matching.AtLeast or Matching.AtMost && (values.Count != 1 || TextNumber.Parse(values[0]) is null)) found.Add(new(Join(path, "values"), "Number", string.Join(", ", values)));
    }

    private static void Text(string text, string path, List<RuleProblem> found)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaxText || text.Contains('\0', StringComparison.Ordinal)) found.Add(new(path, "Text", text.Length > 40 ? text[..40] : text));
    }

    private static string Join(string path, string part) => path.Length == 0 ? part : $"{path}.{part}";
}
