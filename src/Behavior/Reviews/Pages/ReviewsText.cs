namespace BehaviorDashboard.Reviews.Pages;

/// <summary>Words of the pages of reviews and incidents.</summary>
public sealed class ReviewsText;
