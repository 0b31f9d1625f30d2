namespace BehaviorDashboard.Campaigns.Pages;

/// <summary>Words of the campaign pages.</summary>
public sealed class CampaignsText;
