using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>The money an action binds: the sum of its parameters in money.</summary>
internal static class RuleBudget
{
    public static decimal Money(IReadOnlyDictionary<string, string> parameters, ActionKind? kind) =>
        kind?.Parameters.Where(p => p.Unit == "money").Sum(p => decimal.TryParse(parameters.GetValueOrDefault(p.Key), NumberStyles.Number, CultureInfo.InvariantCulture, out var amount) ? amount : 0) ?? 0;

    /// <param name="parameters">JSON of a line of the ledger.</param>
    public static decimal Money(string parameters, KpiCatalog catalog, RuleDefinition definition)
    {
        var given = JsonSerializer.Deserialize<Dictionary<string, string>>(parameters) ?? [];
        return definition.Then.Select(a => Money(given, catalog.Find(a))).DefaultIfEmpty(0).Max();
    }
}
