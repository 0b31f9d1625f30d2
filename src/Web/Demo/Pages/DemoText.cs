namespace BehaviorDashboard.Demo.Pages;

/// <summary>Names the words of the demo's page.</summary>
public sealed class DemoText;
