using BehaviorDashboard.Look;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.FeedbackRules.Pages;

/// <summary>Makes the sentence writer of a page, with the titles of the objects its rules name.</summary>
public sealed class RuleWords(FeedbackRuleService rules, ShopFormat format, IStringLocalizer<RulesText> text)
{
    private const int MostTitles = 500;

    public async Task<RuleSentence> ForAsync(IEnumerable<RuleDefinition> definitions, CancellationToken cancel = default)
    {
        var titles = new Dictionary<(string, string), string>();
        var named = definitions.ToList();
        foreach (var source in rules.Catalog.Sources.Where(s => named.Any(d => d.Triggers.Any(t => t.Kpi.Source == s.Source && IsOne(t.Kpi.ObjectId)))))
            foreach (var one in await source.ObjectsAsync("", MostTitles, cancel)) titles[(source.Source, one.Id)] = one.Title;
        foreach (var target in rules.Catalog.Targets.Where(t => named.Any(d => d.Then.Any(a => a.Target == t.Target && IsOne(a.ObjectId)))))
            foreach (var one in await target.ObjectsAsync("", MostTitles, cancel)) titles[(target.Target, one.Id)] = one.Title;
        return new RuleSentence(text, format, rules.Catalog, titles);
    }

    private static bool IsOne(string? id) => id is not (null or "" or RuleDefinition.Each);
}
