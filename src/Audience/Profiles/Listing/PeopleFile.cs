using BehaviorDashboard.Ids;
using BehaviorDashboard.Look;

namespace BehaviorDashboard.Profiles;

/// <summary>A list of people as a CSV file, written while it is read; personal data masked for whom it is not.</summary>
internal static class PeopleFile
{
    private static readonly string[] Columns =
    [
        "key", "known", "name", "email", "first_seen", "last_seen", "events", "sessions", "product_views", "cart_adds", "orders", "units", "net_revenue", "refunded", "first_order_at", "last_order_at",
    ];

    public static async Task WriteAsync(Stream stream, IAsyncEnumerable<IReadOnlyList<Person>> people, bool personal, CancellationToken cancel)
    {
        await using var writer = new StreamWriter(stream, new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await writer.WriteAsync(Csv.Write(Columns, []).AsMemory(), cancel);
        await foreach (var some in people.WithCancellation(cancel))
        {
            await writer.WriteAsync(Csv.Rows(some.Select(p => Cells(p, personal))).AsMemory(), cancel);
            await writer.FlushAsync(cancel);
        }
    }

    private static object?[] Cells(Person p, bool personal) =>
    [
        personal ? p.Key : PersonKey.MaskKey(p.Key), p.IsKnown ? 1 : 0, personal ? p.Name : PersonKey.Mask(p.Name), personal ? p.Email : PersonKey.Mask(p.Email),
        p.FirstSeen, p.LastSeen, p.Events, p.Sessions, p.ProductViews, p.CartAdds, p.Orders, p.Units, p.NetRevenue, p.Refunded, p.FirstOrderAt, p.LastOrderAt,
    ];
}
