using BehaviorDashboard.Look;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.FeedbackRules.Pages;

/// <summary>Makes the sentence writer of a page, with the titles of the objects its rules name.</summary>
public sealed class RuleWords(FeedbackRuleService rules, ShopFormat format, IStringLocalizer<RulesText> text)
{
    private const int MostTitles = 100_000;

    /// <param name="also">Further objects that are spoken of, by source or target.</param>
    public async Task<RuleSentence> ForAsync(IEnumerable<RuleDefinition> definitions, IEnumerable<(string Room, string? ObjectId)>? also = null, CancellationToken cancel = default)
    {
        var titles = new Dictionary<(string, string), string>();
        var named = definitions.ToList();
        var rooms = named.SelectMany(d => d.Triggers.Select(t => (Room: t.Kpi.Source, t.Kpi.ObjectId)).Concat(d.Then.Select(a => (Room: a.Target, a.ObjectId)))).Concat(also ?? [])
            .Where(o => IsOne(o.ObjectId)).Select(o => o.Room).ToHashSet(StringComparer.Ordinal);
        foreach (var source in rules.Catalog.Sources.Where(s => rooms.Contains(s.Source)))
            foreach (var one in await source.ObjectsAsync("", MostTitles, cancel)) titles[(source.Source, one.Id)] = one.Title;
        foreach (var target in rules.Catalog.Targets.Where(t => rooms.Contains(t.Target)))
            foreach (var one in await target.ObjectsAsync("", MostTitles, cancel)) titles[(target.Target, one.Id)] = one.Title;
        return new RuleSentence(text, format, rules.Catalog, titles);
    }

    private static bool IsOne(string? id) => id is not (null or "" or RuleDefinition.Each);
}
