namespace BehaviorDashboard.Live;

/// <summary>A signal that reaches every web node: raised on one, it nudges the subscribers of all.</summary>
/// <param name="Name">The same on every node.</param>
/// <param name="Heard">What this node remembers and must ask the store for again, when it was raised on another one.</param>
public sealed record SharedSignal(string Name, Signal Signal, Action? Heard = null);
