namespace BehaviorDashboard.Nodes;

/// <summary>Another node does this work now: nothing of the transaction was written.</summary>
public sealed class LeaseLostException(string name) : Exception($"Another node holds the lease '{name}' now.");
