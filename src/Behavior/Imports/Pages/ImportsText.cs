namespace BehaviorDashboard.Imports.Pages;

/// <summary>Words of the import page.</summary>
public sealed class ImportsText;
