namespace BehaviorDashboard.Segments.Pages;

/// <summary>Words of the segment pages.</summary>
public sealed class SegmentsText;
