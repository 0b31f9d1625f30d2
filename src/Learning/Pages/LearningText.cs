namespace BehaviorDashboard.Learning.Pages;

/// <summary>Words of the models page.</summary>
public sealed class LearningText;
