namespace BehaviorDashboard.Events;

/// <summary>What an event says of an order: that it was placed, or money given back.</summary>
/// <param name="At">When it was placed or given back; of an imported refund, when its order was placed.</param>
/// <param name="ToldAt">When it was received.</param>
/// <param name="Person">Whose it is, null where nobody is named.</param>
/// <param name="Imported">Whether a file brought it.</param>
public sealed record OrderTold(string MessageId, string OrderId, string Name, DateTimeOffset At, DateTimeOffset ToldAt, string? Person, bool Imported);

/// <summary>
/// An order is its number: told by a file and by a live event it is one, and what came live stays, because it knows the visit and
/// the person. Of two live ones of one person the first stays; those of two people are two orders, because two shops may number alike.
/// Numbers begin anew in another year and another shop system: the same number two days apart is another order.
/// </summary>
public static class SameOrder
{
    public static readonly TimeSpan Apart = TimeSpan.FromDays(2);

    /// <summary>Whether it counts as an order or a refund and has a number.</summary>
    public static bool Tells(ShopEvent e) => e is { Type: EventTypes.Track, OrderId: not null, Name: EventNames.OrderCompleted or EventNames.OrderRefunded };

    /// <summary>Whether these two, of one number and name, tell of one order and only one of them counts.</summary>
    public static bool Is(OrderTold one, OrderTold other)
    {
        if (one.Name == EventNames.OrderCompleted) return (one.At - other.At).Duration() <= Apart && (one.Imported || other.Imported || (one.Person is not null && one.Person == other.Person));
        // A file tells all that was given back until it was read, under the order's own time; live, each refund is one of its own.
        if (one.Imported == other.Imported) return one.Imported && (one.At - other.At).Duration() <= Apart;
        var (file, live) = one.Imported ? (one, other) : (other, one);
        return live.At >= file.At - Apart && live.At <= file.ToldAt;
    }
}
