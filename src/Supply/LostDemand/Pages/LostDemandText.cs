namespace BehaviorDashboard.LostDemand.Pages;

/// <summary>Words of the page about what was wanted and not there.</summary>
public sealed class LostDemandText;
