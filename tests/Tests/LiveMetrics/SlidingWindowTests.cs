using BehaviorDashboard.Events;
using BehaviorDashboard.LiveMetrics;
using CsCheck;
using Xunit;

namespace BehaviorDashboard.Tests.LiveMetrics;

/// <summary>The live windows against counting every event anew: late into minutes long over, ahead of the clock, after pauses, and with keys that turn out to be one person.</summary>
public class SlidingWindowTests
{
    private const string Currency = "USD";
    private static readonly DateTimeOffset Start = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Names = [EventNames.ProductViewed, EventNames.ProductViewed, EventNames.ProductAdded, EventNames.CheckoutStarted, EventNames.OrderCompleted, EventNames.ProductsSearched];

    /// <summary>Anonymous keys come after those of people; this one becomes that person, if any.</summary>
    private static string? PersonOf(int key) => key >= 6 ? $"u{key % 6}" : null;

    private static string KeyOf(int key) => key >= 6 ? $"a{key}" : $"u{key}";

    private abstract record Step;

    private sealed record Told(int Key, int Session, int Name, int Product, bool Line, int AgeSeconds) : Step;

    private sealed record Passed(int Seconds) : Step;

    private sealed record SignedIn(int Key) : Step;

    private static readonly Gen<Step> AStep = Gen.Frequency(
        (20, Gen.Select(Gen.Int[0, 11], Gen.Int[0, 9], Gen.Int[0, Names.Length - 1], Gen.Int[0, 14], Gen.Bool, Gen.OneOf(Gen.Const(0), Gen.Int[-400, 700], Gen.Int[0, 9_000], Gen.Int[0, 200_000]),
            (key, session, name, product, line, age) => (Step)new Told(key, session, name, product, line, age))),
        (6, Gen.OneOf(Gen.Int[1, 20], Gen.Int[1, 700], Gen.Int[1, 20_000], Gen.Int[1, 200_000]).Select(s => (Step)new Passed(s))),
        (1, Gen.Int[6, 11].Select(k => (Step)new SignedIn(k))));

    [Fact]
    public void Windows_count_what_counting_every_event_anew_counts()
    {
        AStep.Array[1, 150].Sample(steps =>
        {
            var (now, windows, told, signedIn) = (Start, new LiveWindows(Start), new List<(Told Event, DateTimeOffset At)>(), new HashSet<int>());
            foreach (var step in steps)
            {
                switch (step)
                {
                    case Told e:
                        told.Add((e, now.AddSeconds(-e.AgeSeconds)));
                        windows.Fold(Folded(told[^1]));
                        break;
                    case Passed passed:
                        windows.Advance(now = now.AddSeconds(passed.Seconds));
                        break;
                    case SignedIn one:
                        signedIn.Add(one.Key);
                        windows.Link(KeyOf(one.Key), PersonOf(one.Key)!);
                        break;
                }
                foreach (var key in LiveWindows.Keys) Same(windows.Read(key, 5), told, signedIn);
            }
        }, iter: 150);
    }

    [Fact]
    public void Many_who_come_once_are_counted_each_and_let_go()
    {
        var (counted, held) = (new Distinct(), new Dictionary<ulong, int>());
        var random = new Random(9);
        for (var minute = 0; minute < 400; minute++)
        {
            // The next of ten buckets is emptied for it; five are the window.
            counted.Slide(Slots.Of(minute % 10), Enumerable.Range(0, 5).Aggregate(default(Slots), (all, back) => all | Slots.Of((minute + 10 - back) % 10)));
            var people = minute < 200 ? 3_000 : 30;
            for (var i = 0; i < people; i++)
            {
                var (key, late) = ((ulong)random.NextInt64(1, i % 3 == 0 ? 50 : long.MaxValue), i % 7 == 0 && minute >= 10 ? random.Next(10) : 0);
                counted.Add(key, (minute + 10 - late) % 10);
                held[key] = held.GetValueOrDefault(key) | 1 << ((minute + 10 - late) % 10);
            }
            var window = Enumerable.Range(0, 5).Sum(back => 1 << ((minute + 10 - back) % 10));
            Assert.Equal(held.Values.Count(h => (h & window) != 0), counted.Now);
            Assert.Equal(held.Values.Count(h => (h & ~window) != 0), counted.Before);
            Assert.InRange(counted.Room, 16, Math.Max(64, held.Count * (minute < 200 ? 3 : 16)));
            // What the next minute empties.
            foreach (var (key, slots) in held.ToList())
                if ((held[key] = slots & ~(1 << ((minute + 1) % 10))) == 0) held.Remove(key);
        }
    }

    private static LiveEvent Folded((Told Event, DateTimeOffset At) told) => LiveEvent.Of(told.At, IsLine(told.Event) ? EventTypes.Item : EventTypes.Track, Names[told.Event.Name], KeyOf(told.Event.Key), $"s{told.Event.Session}",
        $"p{told.Event.Product}", $"c{told.Event.Product % 3}", 1 + told.Event.Product, 2, Currency, IsLine(told.Event) ? null : 10m, $"q{told.Event.Product % 7}", "0", Currency);

    private static bool IsLine(Told e) => e.Line && Names[e.Name] == EventNames.OrderCompleted;

    private static void Same(KpiWindow window, List<(Told Event, DateTimeOffset At)> told, HashSet<int> signedIn)
    {
        var (length, within) = (window.To - window.From, told.Where(t => t.At >= window.From && t.At < window.To).Select(t => t.Event).ToList());
        Assert.Equal(Counted(within, signedIn), window.Now);
        Assert.Equal(Counted([.. told.Where(t => t.At >= window.From - length && t.At < window.From).Select(t => t.Event)], signedIn), window.Before);
        Assert.Equal(Ranking(within, e => $"p{e.Product}"), window.Products);
        Assert.Equal(Ranking(within, e => $"c{e.Product % 3}"), window.Categories);
        Assert.Equal(within.Where(e => Names[e.Name] == EventNames.ProductsSearched).GroupBy(e => $"q{e.Product % 7}").Select(g => new UnmetSearch(g.Key, g.Count()))
            .OrderByDescending(s => s.Count).ThenBy(s => s.Query, StringComparer.Ordinal).Take(5), window.UnmetSearches);
    }

    private static KpiValues Counted(List<Told> events, HashSet<int> signedIn)
    {
        var (happened, lines) = (events.Where(e => !IsLine(e)).ToList(), events.Where(IsLine));
        List<Told> Of(string name) => [.. happened.Where(e => Names[e.Name] == name)];
        string Person(Told e) => signedIn.Contains(e.Key) ? PersonOf(e.Key)! : KeyOf(e.Key);
        HashSet<int> Sessions(string name) => [.. Of(name).Select(e => e.Session)];
        var (carts, orders, searches) = (Sessions(EventNames.ProductAdded), Of(EventNames.OrderCompleted), Of(EventNames.ProductsSearched).Count);
        return new KpiValues
        {
            Events = happened.Count, ActivePeople = happened.Select(Person).Distinct().Count(), Sessions = happened.Select(e => e.Session).Distinct().Count(),
            Carts = carts.Count, Checkouts = Sessions(EventNames.CheckoutStarted).Count, SessionsWithOrder = Sessions(EventNames.OrderCompleted).Count,
            AbandonedCarts = carts.Except(Sessions(EventNames.OrderCompleted)).Count(), ProductViews = Of(EventNames.ProductViewed).Count, Orders = orders.Count,
            Customers = orders.Select(Person).Distinct().Count(), Units = lines.Count() * 2, GrossRevenue = orders.Count * 10m, Searches = searches, ZeroResultSearches = searches,
        };
    }

    private static IEnumerable<Ranked> Ranking(List<Told> events, Func<Told, string> by) => events.Where(e => IsLine(e) || Names[e.Name] == EventNames.ProductViewed).GroupBy(by)
        .Select(g => new Ranked(g.Key, g.Count(e => !IsLine(e)), g.Count(IsLine) * 2, g.Where(IsLine).Sum(e => 2m * (1 + e.Product))))
        .OrderByDescending(r => r.Revenue).ThenByDescending(r => r.Views).ThenBy(r => r.Id, StringComparer.Ordinal).Take(5);
}
