using System.Diagnostics;
using BehaviorDashboard.Events;
using BehaviorDashboard.LiveMetrics;

namespace BehaviorDashboard.Benchmarks;

/// <summary>What the live windows hold, and what folding an event into them costs, while a shop's clock runs by in seconds.</summary>
internal static class WindowsBenchmark
{
    public static Task<int> RunAsync(string[] args)
    {
        var (minutes, rate, people, products) = (Setup.Option(args, "--minutes", 60), Setup.Option(args, "--rate", 1_000), Setup.Option(args, "--people", 20_000), Setup.Option(args, "--products", 5_000));
        var (random, now, start) = (new Random(3), DateTimeOffset.UtcNow, GC.GetTotalMemory(true));
        var windows = new LiveWindows(now);
        var (folding, sliding, longest) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        Setup.Print($"{rate:N0} events/s by one of {people:N0} people, in one of as many sessions, {products:N0} products; one in twenty an order line, one in fifty late");
        Setup.Print("| minutes | windows MB | ns an event | sliding, of the time | longest slide ms | a snapshot ms |");
        Setup.Print("|---|---|---|---|---|---|");
        for (var second = 1; second <= minutes * 60; second++)
        {
            now = now.AddSeconds(1);
            // Made anew for each event, as they come from the store's writer.
            var events = Enumerable.Range(0, rate).Select(i => Event(random, now, people, products)).ToList();
            var began = Stopwatch.GetTimestamp();
            windows.Advance(now);
            var slid = Stopwatch.GetElapsedTime(began);
            (sliding, longest, began) = (sliding + slid, slid > longest ? slid : longest, Stopwatch.GetTimestamp());
            foreach (var e in events) windows.Fold(e);
            folding += Stopwatch.GetElapsedTime(began);
            if (second % (minutes * 60 / 5) != 0) continue;
            events = [];
            began = Stopwatch.GetTimestamp();
            foreach (var key in LiveWindows.Keys) windows.Read(key, 10);
            var read = Stopwatch.GetElapsedTime(began);
            Setup.Print($"| {second / 60} | {(GC.GetTotalMemory(true) - start) / 1_048_576d:N1} | {folding.TotalNanoseconds / second / rate:N0} | {sliding / TimeSpan.FromSeconds(second):P2} | {longest.TotalMilliseconds:N1} | {read.TotalMilliseconds:N1} |");
        }
        GC.KeepAlive(windows);
        return Task.FromResult(0);
    }

    private static LiveEvent Event(Random random, DateTimeOffset now, int people, int products)
    {
        var at = random.Next(50) == 0 ? now.AddSeconds(-random.Next(3_600)) : now;
        var (type, name) = random.Next(20) == 0 ? (EventTypes.Item, EventNames.OrderCompleted) : (EventTypes.Track, EventNames.ProductViewed);
        return LiveEvent.Of(at, type, name, $"u{random.Next(people)}", $"s{random.Next(people)}", $"p{random.Next(products)}", $"c{random.Next(20)}", 19.95m, 1, "USD", null, null, null, "USD");
    }
}
