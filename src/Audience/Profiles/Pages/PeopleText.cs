namespace BehaviorDashboard.Profiles.Pages;

/// <summary>Words of the pages about people.</summary>
public sealed class PeopleText;
