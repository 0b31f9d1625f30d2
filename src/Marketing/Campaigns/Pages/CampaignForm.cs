using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Campaigns.Pages;

/// <summary>A campaign while it is edited: what inputs hold.</summary>
public sealed class CampaignForm
{
    private CampaignSpec _rest = new();

    public string Template { get; set; } = "";
    public string Name { get; set; } = "";
    public string Goal { get; set; } = "";
    public int WindowDays { get; set; }
    public HashSet<int> Segments { get; private init; } = [];
    public HashSet<int> Exclude { get; private init; } = [];
    public int? Limit { get; set; }
    public double? HoldoutPercent { get; set; }
    public int Priority { get; set; }
    public string Channel { get; set; } = "";
    public double DiscountPercent { get; set; }
    public decimal Cost { get; set; }
    public string Reference { get; set; } = "";
    public List<string> Products { get; private init; } = [];
    public bool IgnoreExclusions { get; set; }
    public int? UnitBudget { get; set; }
    public string Override { get; set; } = "";
    public List<StepForm> Steps { get; private init; } = [];
    public string Kind { get; set; } = "";
    public DateTime? StartsAt { get; set; }
    public DateTime? EndsAt { get; set; }
    public int EveryDays { get; set; }
    public string Trigger { get; set; } = "";
    public double WaitHours { get; set; }
    public string ExitOn { get; set; } = "";
    public int AgainAfterDays { get; set; }

    public static CampaignForm Of(string name, CampaignSpec spec, ShopClock clock) => new()
    {
        _rest = spec, Name = name, Goal = spec.Goal, WindowDays = spec.WindowDays, Segments = [.. spec.Audience.Segments], Exclude = [.. spec.Audience.Exclude], Limit = spec.Audience.Limit,
        HoldoutPercent = spec.Holdout * 100, Priority = spec.Priority, Channel = spec.Channel, DiscountPercent = spec.Discount * 100, Cost = spec.CostPerMessage, Reference = spec.Reference, Products = [.. spec.Products], UnitBudget = spec.UnitBudget, Override = spec.PromiseOverride, IgnoreExclusions = spec.IgnoreExclusions,
        Steps = [.. spec.Steps.Select(s => new StepForm { WaitHours = s.WaitHours, Only = s.Only, OnlyEvent = s.OnlyEvent, Versions = [.. s.Versions.Select(v => new VersionForm { Name = v.Name, Share = v.Share, Subject = v.Subject, Body = v.Body })] })],
        Kind = spec.Schedule.Kind, StartsAt = spec.Schedule.StartsAt is { } start ? clock.Local(start).DateTime : null, EndsAt = spec.Schedule.EndsAt is { } end ? clock.Local(end).DateTime : null,
        EveryDays = spec.Schedule.EveryDays, Trigger = spec.Schedule.Trigger, WaitHours = spec.Schedule.WaitHours, ExitOn = spec.Schedule.ExitOn, AgainAfterDays = spec.Schedule.AgainAfterDays,
    };

    public CampaignSpec ToSpec(ShopClock clock) => _rest with
    {
        Goal = Goal.Trim(), WindowDays = WindowDays, Audience = new CampaignAudience([.. Segments.Order()], [.. Exclude.Order()], Limit), Holdout = HoldoutPercent / 100, Priority = Priority, Channel = Channel,
        Discount = DiscountPercent / 100, CostPerMessage = Cost, Reference = Reference.Trim(), Products = [.. Products], UnitBudget = UnitBudget, PromiseOverride = Override.Trim(), IgnoreExclusions = IgnoreExclusions,
        Steps = [.. Steps.Select(s => new CampaignStep { WaitHours = s.WaitHours, Only = s.Only, OnlyEvent = s.Only.Length == 0 ? "" : s.OnlyEvent.Trim(), Versions = [.. s.Versions.Select(v => new CampaignVersion(v.Name.Trim(), v.Share, v.Subject, v.Body))] })],
        Schedule = _rest.Schedule with
        {
            Kind = Kind, StartsAt = Instant(StartsAt, clock), EndsAt = Kind == CampaignSchedule.Once ? null : Instant(EndsAt, clock), EveryDays = EveryDays, Trigger = Trigger.Trim(), WaitHours = WaitHours, ExitOn = ExitOn.Trim(), AgainAfterDays = AgainAfterDays,
        },
    };

    /// <summary>What was typed is the shop's wall clock; an hour that clocks skip is the one after it.</summary>
    private static DateTimeOffset? Instant(DateTime? local, ShopClock clock)
    {
        if (local is not { } typed) return null;
        var wall = DateTime.SpecifyKind(typed, DateTimeKind.Unspecified);
        while (clock.Zone.IsInvalidTime(wall)) wall = wall.AddMinutes(15);
        return new DateTimeOffset(wall, clock.Zone.GetUtcOffset(wall)).ToUniversalTime();
    }
}

public sealed class StepForm
{
    public double WaitHours { get; set; }

    public string Only { get; set; } = "";

    public string OnlyEvent { get; set; } = "";

    public List<VersionForm> Versions { get; init; } = [];
}

public sealed class VersionForm
{
    public string Name { get; set; } = "A";
    public double Share { get; set; } = 1;
    public string Subject { get; set; } = "";
    public string Body { get; set; } = "";
}
