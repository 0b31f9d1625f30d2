namespace BehaviorDashboard.Sources.Pages;

/// <summary>Words of the page of sources.</summary>
public sealed class SourcesText;
