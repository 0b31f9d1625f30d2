namespace BehaviorDashboard.Quality.Pages;

/// <summary>Words of the rejects inbox.</summary>
public sealed class RejectsText;
