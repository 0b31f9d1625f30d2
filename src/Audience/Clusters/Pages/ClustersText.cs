namespace BehaviorDashboard.Clusters.Pages;

/// <summary>Words of the clusters page, and of the names clusters get.</summary>
public sealed class ClustersText;
