using System.Globalization;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>Says what is wrong with a definition before it can do harm.</summary>
internal static class DefinitionCheck
{
    private const int MostActions = 8;
    private const int MostConditions = 8;
    private const int LongestHold = 7 * 24 * 60;

    public static IReadOnlyList<DefinitionProblem> Check(string name, RuleDefinition rule, KpiCatalog catalog)
    {
        var problems = new List<DefinitionProblem>();
        if (string.IsNullOrWhiteSpace(name) || name.Length > 120) problems.Add(new("name", "NameProblem"));
        if (rule.And.Count > MostConditions) problems.Add(new("and", "TooManyConditions", MostConditions.ToString(CultureInfo.InvariantCulture)));
        Check(rule.When, "when");
        for (var i = 0; i < rule.And.Count; i++) Check(rule.And[i], $"and[{i}]");
        if (rule.Then.Count == 0) problems.Add(new("then", "NoAction"));
        if (rule.Then.Count > MostActions) problems.Add(new("then", "TooManyActions", MostActions.ToString(CultureInfo.InvariantCulture)));
        for (var i = 0; i < rule.Then.Count; i++) CheckAction(rule.Then[i], $"then[{i}]");
        CheckLimits(rule.Limits);
        return problems;

        void Check(Trigger trigger, string field)
        {
            if (catalog.Find(trigger.Kpi) is not { } kpi)
            {
                problems.Add(new(field + ".kpi", "NoSuchKpi", $"{trigger.Kpi.Source} {trigger.Kpi.Key}"));
                return;
            }
            if (kpi.OfObject && string.IsNullOrEmpty(trigger.Kpi.ObjectId)) problems.Add(new(field + ".kpi.objectId", "ObjectNeeded", kpi.Key));
            if (!kpi.OfObject && trigger.Kpi.ObjectId is not null) problems.Add(new(field + ".kpi.objectId", "NoObject", kpi.Key));
            if (trigger != rule.When && trigger.Kpi.ObjectId == RuleDefinition.Each && (rule.When.Kpi.ObjectId != RuleDefinition.Each || rule.When.Kpi.Source != trigger.Kpi.Source)) problems.Add(new(field + ".kpi.objectId", "EachOfOther", kpi.Key));
            if (!double.IsFinite(trigger.Threshold)) problems.Add(new(field + ".threshold", "Threshold"));
            if (trigger.Test is Test.Rises or Test.Falls or Test.Unusual && trigger.Threshold <= 0) problems.Add(new(field + ".threshold", "ThresholdPositive"));
            if (trigger is { Test: Test.Falls, Threshold: > 1 }) problems.Add(new(field + ".threshold", "FallsAtMostAll"));
            if (trigger.ForMinutes is < 0 or > LongestHold) problems.Add(new(field + ".forMinutes", "ForMinutes", LongestHold.ToString(CultureInfo.InvariantCulture)));
        }

        void CheckAction(ActionSpec action, string field)
        {
            if (catalog.Find(action) is not { } kind)
            {
                problems.Add(new(field, "NoSuchAction", $"{action.Target} {action.Action}"));
                return;
            }
            if (kind.OfObject && string.IsNullOrEmpty(action.ObjectId)) problems.Add(new(field + ".objectId", "ObjectNeeded", kind.Key));
            if (action.ObjectId == RuleDefinition.Each && rule.When.Kpi.ObjectId is null) problems.Add(new(field + ".objectId", "EachOfNothing", kind.Key));
            if (action is { Min: { } min, Max: { } max } && min > max) problems.Add(new(field + ".min", "MinAboveMax"));
            foreach (var parameter in kind.Parameters)
            {
                var given = action.Parameters.GetValueOrDefault(parameter.Key);
                if (string.IsNullOrEmpty(given))
                {
                    if (parameter.Required) problems.Add(new($"{field}.parameters.{parameter.Key}", "ParameterNeeded", parameter.Key));
                }
                else if (IsNumber(parameter) && !double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) problems.Add(new($"{field}.parameters.{parameter.Key}", "NotANumber", given));
                else if (parameter.Unit == "email" && NoticeMail.Wrong(given) is { } wrong) problems.Add(new($"{field}.parameters.{parameter.Key}", "NotAddresses", wrong));
            }
            foreach (var unknown in action.Parameters.Keys.Except(kind.Parameters.Select(p => p.Key))) problems.Add(new($"{field}.parameters.{unknown}", "NoSuchParameter", unknown));
        }

        void CheckLimits(Limits limits)
        {
            if (limits.CoolDownMinutes is < 0 or > LongestHold) problems.Add(new("limits.coolDownMinutes", "ForMinutes", LongestHold.ToString(CultureInfo.InvariantCulture)));
            if (limits.MostPerDay is < 1 or > 1000) problems.Add(new("limits.mostPerDay", "MostPerDay"));
            if (limits.FromHour is < 0 or > 23 || limits.ToHour is < 1 or > 24 || limits.FromHour == limits.ToHour) problems.Add(new("limits.fromHour", "Hours"));
            if (limits.Budget < 0) problems.Add(new("limits.budget", "Budget"));
            if (limits.EffectHours is < 1 or > 24 * 28) problems.Add(new("limits.effectHours", "EffectHours"));
        }
    }

    public static bool IsNumber(ActionParameter parameter) => parameter.Unit is not ("text" or "email");

    /// <summary>The action as it is asked for: the object that fired put in, numbers kept within their bounds.</summary>
    public static ActionRequest Request(string id, ActionSpec action, ActionKind kind, string objectId, string cause)
    {
        var parameters = action.Parameters.ToDictionary();
        foreach (var parameter in kind.Parameters.Where(IsNumber))
            if (parameters.TryGetValue(parameter.Key, out var text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                parameters[parameter.Key] = Math.Min(Math.Max(number, action.Min ?? double.MinValue), action.Max ?? double.MaxValue).ToString(CultureInfo.InvariantCulture);
        return new ActionRequest(id, action.Target, action.Action, action.ObjectId == RuleDefinition.Each ? objectId : action.ObjectId, parameters, cause);
    }
}
