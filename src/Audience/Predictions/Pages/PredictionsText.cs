namespace BehaviorDashboard.Predictions.Pages;

/// <summary>Words of the predictions.</summary>
public sealed class PredictionsText;
