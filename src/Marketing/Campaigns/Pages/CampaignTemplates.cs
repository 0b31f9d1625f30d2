using BehaviorDashboard.Events;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Campaigns.Pages;

/// <summary>Campaigns that nearly every shop runs, to begin from.</summary>
internal static class CampaignTemplates
{
    public static IReadOnlyList<string> All { get; } = ["news", "basket", "winback", "postpurchase", "backinstock"];

    public static CampaignSpec Make(string template, IStringLocalizer<CampaignsText> text)
    {
        var steps = new[] { new CampaignStep { Versions = [new CampaignVersion("A", 1, text[$"Template.{template}.Subject"], text[$"Template.{template}.Body"])] } };
        var spec = new CampaignSpec { Steps = steps };
        return template switch
        {
            "basket" => spec with { Schedule = new CampaignSchedule { Kind = CampaignSchedule.Event, Trigger = EventNames.ProductAdded, WaitHours = 4, ExitOn = EventNames.OrderCompleted, AgainAfterDays = 7 }, Priority = 8, WindowDays = 3 },
            "winback" => spec with { Schedule = new CampaignSchedule { Kind = CampaignSchedule.Segment, AgainAfterDays = 90 }, Discount = 0.1, WindowDays = 14 },
            "postpurchase" => spec with { Schedule = new CampaignSchedule { Kind = CampaignSchedule.Event, Trigger = EventNames.OrderCompleted, WaitHours = 24 * 10, AgainAfterDays = 30 }, WindowDays = 30, Priority = 4 },
            "backinstock" => spec with { Schedule = new CampaignSchedule { Kind = CampaignSchedule.Stock, AgainAfterDays = 30 }, Priority = 7 },
            _ => spec,
        };
    }
}
