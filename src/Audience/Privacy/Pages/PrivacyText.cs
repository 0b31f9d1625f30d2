namespace BehaviorDashboard.Privacy.Pages;

/// <summary>Words of the pages about privacy.</summary>
public sealed class PrivacyText;
