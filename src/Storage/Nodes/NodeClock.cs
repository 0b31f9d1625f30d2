namespace BehaviorDashboard.Nodes;

/// <summary>
/// The time by which a node lives. On PostgreSQL it is the database's, carried on by this machine's stop-watch and compared at every
/// beat of <see cref="Node"/>: all nodes have one time, and when the clock of a machine is set, no figure, session, day or
/// schedule of the shop moves. With an embedded store, in commands, and before the first beat it is the machine's.
/// </summary>
public sealed class NodeClock(TimeProvider machine) : TimeProvider
{
    private sealed record Known(DateTimeOffset At, long Stamp);

    private Known? _known;

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    /// <summary>By how much the clock of this machine is ahead.</summary>
    public TimeSpan MachineAhead => machine.GetUtcNow() - GetUtcNow();

    public override DateTimeOffset GetUtcNow() => Volatile.Read(ref _known) is { } known ? At(known, machine.GetTimestamp()) : machine.GetUtcNow();

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => machine.CreateTimer(callback, state, dueTime, period);

    /// <summary>The database's clock was read between these two stop-watch times. As long as ours agrees with that it stays as it is.</summary>
    internal void Follow(DateTimeOffset store, long asked, long answered)
    {
        var known = _known ?? new Known(machine.GetUtcNow(), machine.GetTimestamp());
        var (earliest, latest) = (At(known, asked), At(known, answered));
        var off = store < earliest ? store - earliest : store > latest ? store - latest : TimeSpan.Zero;
        Volatile.Write(ref _known, new Known(At(known, answered) + off, answered));
    }

    private DateTimeOffset At(Known known, long stamp) => known.At + TimeSpan.FromTicks((long)((stamp - known.Stamp) * ((double)TimeSpan.TicksPerSecond / machine.TimestampFrequency)));
}
