namespace BehaviorDashboard.LiveMetrics.Pages;

/// <summary>Words of the overview and the live page.</summary>
public sealed class LiveText;
