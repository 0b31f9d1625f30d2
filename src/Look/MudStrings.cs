namespace BehaviorDashboard.Look;

/// <summary>Marker of MudStrings.resx and MudStrings.zh-Hans.resx, which hold MudBlazor's own words in Chinese.</summary>
public sealed class MudStrings;
