namespace BehaviorDashboard.Recommendations.Pages;

/// <summary>Words of the pages about recommendations and baskets.</summary>
public sealed class RecommendationsText;
