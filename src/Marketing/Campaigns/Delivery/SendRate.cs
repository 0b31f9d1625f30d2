namespace BehaviorDashboard.Campaigns;

/// <summary>So many a second on the long run, at most a second's worth at once.</summary>
internal sealed class SendRate(double perSecond, TimeProvider time)
{
    private double _tokens = Math.Max(1, perSecond);
    private DateTimeOffset _at = time.GetUtcNow();

    public int Room(int most)
    {
        var now = time.GetUtcNow();
        _tokens = Math.Min(Math.Max(1, perSecond), _tokens + Math.Max(0, (now - _at).TotalSeconds) * perSecond);
        _at = now;
        return Math.Min(most, (int)_tokens);
    }

    public void Take(int messages) => _tokens -= messages;
}
