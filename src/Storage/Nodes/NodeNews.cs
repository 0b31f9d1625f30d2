using System.Collections.Concurrent;

namespace BehaviorDashboard.Nodes;

/// <summary>
/// Short news for the other web nodes, such as "this key was revoked": told once, to whoever is there. What must not be missed
/// is in the store as well and is looked up there now and then.
/// </summary>
public sealed class NodeNews
{
    private readonly ConcurrentDictionary<string, Action<string>> _listeners = new(StringComparer.Ordinal);
    private Action<string, string>? _carrier;

    /// <summary>Tells the other nodes; this one knows.</summary>
    public void Tell(string topic, string text = "") => Volatile.Read(ref _carrier)?.Invoke(topic, text);

    /// <param name="heard">Must return at once.</param>
    public void Listen(string topic, Action<string> heard) => _listeners.AddOrUpdate(topic, heard, (_, before) => before + heard);

    internal void CarryBy(Action<string, string> carrier) => Volatile.Write(ref _carrier, carrier);

    internal void Hear(string topic, string text)
    {
        if (_listeners.TryGetValue(topic, out var heard)) heard(text);
    }
}
