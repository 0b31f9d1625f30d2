namespace BehaviorDashboard.Ingest;

/// <summary>When it happened, on our clock.</summary>
internal static class Clock
{
    /// <summary>
    /// Segment's rule: the sender's clock may be wrong, but the time between the event and its sending is right, so
    /// <c>receivedAt − (sentAt − timestamp)</c>. Nothing happens in the future: such a time becomes that of receipt.
    /// </summary>
    public static DateTimeOffset Correct(DateTimeOffset receivedAt, DateTimeOffset? sentAt, DateTimeOffset? timestamp)
    {
        if (timestamp is not { } original) return receivedAt;
        var corrected = original;
        if (sentAt is { } sent)
        {
            var ticks = receivedAt.UtcTicks - (sent.UtcTicks - original.UtcTicks);
            corrected = ticks < DateTimeOffset.MinValue.UtcTicks ? original : new DateTimeOffset(Math.Min(ticks, receivedAt.UtcTicks), TimeSpan.Zero);
        }
        return corrected > receivedAt ? receivedAt : corrected;
    }
}
