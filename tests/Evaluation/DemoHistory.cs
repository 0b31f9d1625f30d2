using BehaviorDashboard.DemoShop;

namespace BehaviorDashboard.Evaluation;

/// <summary>What a shop knows of each person from its events: the figures of the running profile row, and how they took the mails so far.</summary>
internal sealed class DemoHistory
{
    private sealed class Row
    {
        public double Orders, Revenue, Discounted, Views, Adds, Searches, Checkouts, Mailed, Opened, Left, VisitsAfterMail;
        public int FirstSeen, LastSeen, LastOrder = -1, LastMail = -1, LastVisitDay = -1, Visits;
        public Queue<int> Days { get; } = new();
    }

    private readonly Dictionary<string, Row> _people = [];

    public static IReadOnlyList<string> Names { get; } =
        ["orders", "revenue", "discounted share", "views", "adds", "searches", "checkouts", "visits", "visits 28 days", "age", "days since seen", "days since order", "mailed", "opened share", "unsubscribed", "visit rate after mail"];

    public void Take(int day, IReadOnlyList<DemoEvent> events)
    {
        foreach (var e in events)
        {
            if (e.Who.UserId is not { } who) continue;
            if (!_people.TryGetValue(who, out var row)) _people[who] = row = new Row { FirstSeen = day, LastSeen = day };
            if (e.InVisit && row.LastVisitDay != day)
            {
                (row.LastVisitDay, row.LastSeen) = (day, day);
                row.Visits++;
                row.Days.Enqueue(day);
                if (row.LastMail >= 0 && day > row.LastMail && day <= row.LastMail + 7) row.VisitsAfterMail++;
            }
            switch (e)
            {
                case OrderCompleted order:
                    row.Orders++;
                    row.Revenue += (double)order.Order.Revenue;
                    if (order.Order.DiscountRate > 0) row.Discounted++;
                    row.LastOrder = day;
                    break;
                case CheckoutStarted: row.Checkouts++; break;
                case ProductsSearched: row.Searches++; break;
                case ProductTouched { Name: "Product Viewed" }: row.Views++; break;
                case ProductTouched { Name: "Product Added" }: row.Adds++; break;
                case EmailEvent { Name: EmailEvent.Delivered }: row.Mailed++; row.LastMail = day; break;
                case EmailEvent { Name: EmailEvent.Opened }: row.Opened++; break;
                case EmailEvent { Name: EmailEvent.Unsubscribed }: row.Left++; break;
            }
        }
    }

    public Dictionary<string, double[]> Snapshot(int day)
    {
        var all = new Dictionary<string, double[]>(_people.Count);
        foreach (var (who, r) in _people)
        {
            while (r.Days.TryPeek(out var d) && d < day - 28) r.Days.Dequeue();
            all[who] =
            [
                r.Orders, r.Revenue, r.Orders == 0 ? double.NaN : r.Discounted / r.Orders, r.Views, r.Adds, r.Searches, r.Checkouts, r.Visits, r.Days.Count, day - r.FirstSeen, day - r.LastSeen,
                r.LastOrder < 0 ? double.NaN : day - r.LastOrder, r.Mailed, r.Mailed == 0 ? double.NaN : (r.Opened + 0.5) / (r.Mailed + 1), r.Left, r.Mailed == 0 ? double.NaN : r.VisitsAfterMail / r.Mailed,
            ];
        }
        return all;
    }
}
