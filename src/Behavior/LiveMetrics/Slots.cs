namespace BehaviorDashboard.LiveMetrics;

/// <summary>Some of the buckets of a ring of at most <see cref="Most"/>, a bit each.</summary>
internal readonly record struct Slots(ulong Low, ulong Middle, ulong High)
{
    public const int Most = 192;

    public bool None => (Low | Middle | High) == 0;

    public static Slots Of(int slot) => (slot >> 6) switch
    {
        0 => new Slots(1UL << slot, 0, 0),
        1 => new Slots(0, 1UL << slot, 0),
        _ => new Slots(0, 0, 1UL << slot),
    };

    public bool Has(int slot) => !(this & Of(slot)).None;

    public static Slots operator &(Slots a, Slots b) => new(a.Low & b.Low, a.Middle & b.Middle, a.High & b.High);

    public static Slots operator |(Slots a, Slots b) => new(a.Low | b.Low, a.Middle | b.Middle, a.High | b.High);

    public static Slots operator ~(Slots a) => new(~a.Low, ~a.Middle, ~a.High);
}
