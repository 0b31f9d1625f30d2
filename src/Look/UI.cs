namespace BehaviorDashboard.Look;

/// <summary>Marker of the words that every page shares: <c>IStringLocalizer&lt;UI&gt;</c> reads UI.resx and UI.zh-Hans.resx.</summary>
public sealed class UI;
