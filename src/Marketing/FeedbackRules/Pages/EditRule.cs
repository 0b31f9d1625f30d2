using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.FeedbackRules.Pages;

/// <summary>A trigger while it is edited. Shares are written in percent.</summary>
public sealed class EditTrigger
{
    private const char Separator = '|';

    /// <summary>Source and key.</summary>
    public string Kpi { get; set; } = "";

    public string ObjectId { get; set; } = "";

    public Test Test { get; set; }

    public double Threshold { get; set; }

    public int ForMinutes { get; set; }

    public static string KeyOf(string source, string kpi) => source + Separator + kpi;

    public KpiName Name => new(Source, Kpi[(Source.Length + 1)..], ObjectId.Length == 0 ? null : ObjectId);

    public string Source => Kpi.Contains(Separator, StringComparison.Ordinal) ? Kpi[..Kpi.IndexOf(Separator, StringComparison.Ordinal)] : "";

    public static EditTrigger Of(Trigger trigger, KpiCatalog catalog) => new()
    {
        Kpi = KeyOf(trigger.Kpi.Source, trigger.Kpi.Key), ObjectId = trigger.Kpi.ObjectId ?? "", Test = trigger.Test, ForMinutes = trigger.ForMinutes,
        Threshold = Math.Round(trigger.Threshold * Scale(trigger.Test, catalog.Find(trigger.Kpi)), 6),
    };

    public Trigger Read(KpiCatalog catalog) => new(Name, Test, Threshold / Scale(Test, catalog.Find(Name))) { ForMinutes = ForMinutes };

    public bool InPercent(KpiCatalog catalog) => Scale(Test, catalog.Find(Name)) == 100;

    private static double Scale(Test test, WatchedKpi? kpi) => test is Test.Rises or Test.Falls || (kpi?.Unit == "share" && test != Test.Unusual) ? 100 : 1;
}

/// <summary>An action while it is edited.</summary>
public sealed class EditAction
{
    private const char Separator = '|';

    /// <summary>Target and action.</summary>
    public string Kind { get; set; } = "";

    public string ObjectId { get; set; } = "";

    public Dictionary<string, string> Parameters { get; } = [];

    public double? Min { get; set; }

    public double? Max { get; set; }

    public static string KeyOf(string target, string action) => target + Separator + action;

    public string Target => Kind.Contains(Separator, StringComparison.Ordinal) ? Kind[..Kind.IndexOf(Separator, StringComparison.Ordinal)] : "";

    public static EditAction Of(ActionSpec action)
    {
        var edit = new EditAction { Kind = KeyOf(action.Target, action.Action), ObjectId = action.ObjectId ?? "", Min = action.Min, Max = action.Max };
        foreach (var (key, value) in action.Parameters) edit.Parameters[key] = value;
        return edit;
    }

    /// <summary>Only what the action takes is kept.</summary>
    public ActionSpec Read(KpiCatalog catalog)
    {
        var spec = new ActionSpec(Target, Target.Length > 0 ? Kind[(Target.Length + 1)..] : "", ObjectId.Length == 0 ? null : ObjectId, new Dictionary<string, string>());
        var kind = catalog.Find(spec);
        return spec with
        {
            ObjectId = kind?.OfObject == false ? null : spec.ObjectId,
            Parameters = Parameters.Where(p => p.Value.Trim().Length > 0 && kind?.Parameters.Any(k => k.Key == p.Key) != false).ToDictionary(p => p.Key, p => p.Value.Trim()),
            Min = Min,
            Max = Max,
        };
    }
}

/// <summary>A rule while it is edited.</summary>
public sealed class EditRule
{
    public string Name { get; set; } = "";

    public EditTrigger When { get; private set; } = new() { Kpi = EditTrigger.KeyOf("shop", "conversion.1h"), Test = Test.Falls, Threshold = 30 };

    public List<EditTrigger> And { get; private set; } = [];

    public List<EditAction> Then { get; private set; } = [new() { Kind = EditAction.KeyOf("notify", "in_app") }];

    public int CoolDownMinutes { get; set; } = 60;

    public int MostPerDay { get; set; } = 3;

    public int FromHour { get; set; }

    public int ToHour { get; set; } = 24;

    public bool Approval { get; set; } = true;

    public decimal? Budget { get; set; }

    public int EffectHours { get; set; } = 24;

    public static EditRule Of(string name, RuleDefinition rule, KpiCatalog catalog) => new()
    {
        Name = name, When = EditTrigger.Of(rule.When, catalog), And = [.. rule.And.Select(t => EditTrigger.Of(t, catalog))], Then = [.. rule.Then.Select(EditAction.Of)],
        CoolDownMinutes = rule.Limits.CoolDownMinutes, MostPerDay = rule.Limits.MostPerDay, FromHour = rule.Limits.FromHour, ToHour = rule.Limits.ToHour, Approval = rule.Limits.Approval,
        Budget = rule.Limits.Budget, EffectHours = rule.Limits.EffectHours,
    };

    public RuleDefinition Read(KpiCatalog catalog) => new(When.Read(catalog), [.. Then.Select(a => a.Read(catalog))])
    {
        And = [.. And.Select(t => t.Read(catalog))],
        Limits = new Limits { CoolDownMinutes = CoolDownMinutes, MostPerDay = MostPerDay, FromHour = FromHour, ToHour = ToHour, Approval = Approval, Budget = Budget, EffectHours = EffectHours },
    };

}
