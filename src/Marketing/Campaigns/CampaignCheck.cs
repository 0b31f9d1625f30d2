using System.Globalization;

namespace BehaviorDashboard.Campaigns;

/// <summary>What is wrong with a campaign before anybody is written to.</summary>
public static class CampaignCheck
{
    public const int MaxName = 120;

    /// <summary>What may not even be saved.</summary>
    public static IReadOnlyList<CampaignProblem> Saving(string name, CampaignSpec spec)
    {
        var problems = new List<CampaignProblem>();
        if (string.IsNullOrWhiteSpace(name) || name.Length > MaxName) problems.Add(new("name", "Name"));
        if (!Channels.All.Contains(spec.Channel)) problems.Add(new("channel", "Channel", spec.Channel));
        if (spec.WindowDays is < 1 or > 90) problems.Add(new("window", "Window", Number(spec.WindowDays)));
        if (spec.Holdout is { } h && h is not (>= 0 and <= 0.9)) problems.Add(new("holdout", "Holdout", Number(h)));
        if (spec.Discount is not (>= 0 and < 1)) problems.Add(new("discount", "Discount", Number(spec.Discount)));
        if (spec.CostPerMessage is < 0 or > 1_000_000) problems.Add(new("cost", "Cost"));
        if (spec.Audience.Limit is < 1) problems.Add(new("limit", "Limit"));
        if (spec.PromiseOverride.Length > 400) problems.Add(new("products", "OverrideLong"));
        if (spec.Reference is null || spec.Reference.Length > 100) problems.Add(new("reference", "Reference"));
        if (spec.UnitBudget is < 0) problems.Add(new("budget", "Budget"));
        if (spec.Steps.Count is < 1 or > 10) problems.Add(new("steps", "Steps"));
        if (!CampaignSchedule.Kinds.Contains(spec.Schedule.Kind)) problems.Add(new("schedule", "Schedule", spec.Schedule.Kind));
        if (spec.Schedule.EveryDays is < 1 or > 365) problems.Add(new("schedule", "Every"));
        if (spec.Schedule.WaitHours is < 0 or > 2_160 || spec.Steps.Any(s => s.WaitHours is < 0 or > 2_160)) problems.Add(new("schedule", "Wait"));
        for (var s = 0; s < spec.Steps.Count; s++)
            if (spec.Steps[s] is { Only: not "" } split && (s == 0 || split.Only is not (CampaignStep.Did or CampaignStep.DidNot) || string.IsNullOrWhiteSpace(split.OnlyEvent))) problems.Add(new($"step {s + 1}", "Split"));
        for (var s = 0; s < spec.Steps.Count; s++) problems.AddRange(Templates(spec.Steps[s], s));
        return problems;
    }

    /// <summary>What keeps a campaign from starting, beyond that.</summary>
    public static IReadOnlyList<CampaignProblem> Starting(string name, CampaignSpec spec, DateTimeOffset now)
    {
        var problems = Saving(name, spec).ToList();
        for (var s = 0; s < spec.Steps.Count; s++)
        {
            foreach (var version in spec.Steps[s].Versions)
            {
                if (spec.Channel is Channels.Email && string.IsNullOrWhiteSpace(version.Subject)) problems.Add(new(Where(s, version, "subject"), "NoSubject"));
                if (spec.Channel is Channels.Email or Channels.Onsite && string.IsNullOrWhiteSpace(version.Body)) problems.Add(new(Where(s, version, "body"), "NoBody"));
            }
        }
        if (spec.Schedule.Kind == CampaignSchedule.Segment && spec.Audience.Segments.Count == 0) problems.Add(new("audience", "NoSegment"));
        if (spec.Schedule.Kind == CampaignSchedule.Event && string.IsNullOrWhiteSpace(spec.Schedule.Trigger)) problems.Add(new("schedule", "NoTrigger"));
        if (spec.Schedule.Kind == CampaignSchedule.Stock && spec.Products.Count == 0) problems.Add(new("products", "NoProduct"));
        if (spec.Schedule.EndsAt is { } end && end <= (spec.Schedule.StartsAt ?? now)) problems.Add(new("schedule", "EndsBefore"));
        return problems;
    }

    private static IEnumerable<CampaignProblem> Templates(CampaignStep step, int number)
    {
        if (step.Versions.Count is < 1 or > 10) yield return new($"step {number + 1}", "Versions");
        if (step.Versions.Select(v => v.Name).Distinct(StringComparer.Ordinal).Count() < step.Versions.Count) yield return new($"step {number + 1}", "SameName");
        foreach (var version in step.Versions)
        {
            if (version.Name.Length is 0 or > 40 || version.Name is Assignment.Held or Assignment.Out) yield return new($"step {number + 1}", "VersionName", version.Name);
            if (version.Share is not (> 0 and <= 1_000)) yield return new(Where(number, version, "share"), "Share", Number(version.Share));
            if (TemplateRenderer.Check(version.Subject) is { } subject) yield return new(Where(number, version, "subject"), "Template", Line(subject));
            if (TemplateRenderer.Check(version.Body) is { } body) yield return new(Where(number, version, "body"), "Template", Line(body));
        }
    }

    private static string Where(int step, CampaignVersion version, string field) => $"step {step + 1}, {version.Name}, {field}";

    private static string Line(TemplateProblem problem) => problem.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"line {problem.Line}: {problem.Message}") : problem.Message;

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}
