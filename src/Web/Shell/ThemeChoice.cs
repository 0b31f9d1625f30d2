namespace BehaviorDashboard.Shell;

/// <summary>Light or dark, for as long as the page is open; the browser's cookie remembers it.</summary>
public sealed class ThemeChoice
{
    public bool Dark { get; set; }
}
