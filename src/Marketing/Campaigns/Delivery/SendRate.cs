using BehaviorDashboard.Nodes;

namespace BehaviorDashboard.Campaigns;

/// <summary>So many a second on the long run, at most a second's worth at once; shared between the web nodes that send.</summary>
internal sealed class SendRate(double perSecond, Node node, TimeProvider time)
{
    private double _tokens = Math.Max(1, perSecond / node.Count);
    private DateTimeOffset _at = time.GetUtcNow();

    public int Room(int most)
    {
        var (now, mine) = (time.GetUtcNow(), perSecond / node.Count);
        _tokens = Math.Min(Math.Max(1, mine), _tokens + Math.Max(0, (now - _at).TotalSeconds) * mine);
        _at = now;
        return Math.Min(most, (int)_tokens);
    }

    public void Take(int messages) => _tokens -= messages;
}
