using BehaviorDashboard.Ids;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>
/// Lets a live window slide over stored history as it slid, or would have slid, live: second by second, each event from the
/// moment the product could see it. Seconds in which a window cannot have changed are passed over.
/// </summary>
public sealed class KpiReplay
{
    /// <summary>An event told later than this was not live: it is read at its own time, as a file imported afterwards is.</summary>
    public static readonly TimeSpan LiveWithin = TimeSpan.FromMinutes(10);

    private readonly KpiStore _store;
    private readonly string _currency;

    internal KpiReplay(KpiStore store, IOptions<ShopOptions> shop) => (_store, _currency) = (store, shop.Value.Currency);

    /// <param name="windows">Of 5m, 1h and 24h those that are read.</param>
    /// <param name="read">Told the figures of each window at a second; returns the second at which it wants to be asked again though nothing happens, or null.</param>
    /// <returns>How many events of the range were told too late to have been live.</returns>
    public async Task<long> RunAsync(TimeRange range, IReadOnlyCollection<string> windows, Func<DateTimeOffset, Func<string, KpiValues>, DateTimeOffset?> read, CancellationToken cancel = default)
    {
        var from = Second(range.From);
        var (length, width) = (windows.Max(w => LiveWindows.Shape(w).Length), windows.Min(w => LiveWindows.Shape(w).Width));
        var links = new Dictionary<ulong, ulong>();
        var sliding = windows.Distinct().ToDictionary(w => w, w => LiveWindows.Make(w, from - length, links));
        var (clock, due, pending, late) = (from, (DateTimeOffset?)null, (DateTimeOffset?)from, 0L);
        await _store.ReplayAsync(from - 2 * length, range.To, LiveWithin, e =>
        {
            cancel.ThrowIfCancellationRequested();
            var delay = e.ReceivedAt - e.At;
            var visible = delay > TimeSpan.Zero && delay <= LiveWithin ? e.ReceivedAt : e.At;
            if (delay > LiveWithin && e.At >= from) late++;
            // Seen at the first whole second after it.
            var second = Second(visible).AddSeconds(1);
            Pass(second < range.To ? second : range.To);
            var folded = LiveEvent.Of(e.At, e.Type, e.Name, e.Person, e.Session, e.Product, e.Category, e.Price, e.Quantity, e.Currency, e.Revenue, e.Query, e.Results, _currency);
            foreach (var window in sliding.Values)
            {
                window.Advance(visible < from ? visible : clock);
                window.Fold(folded);
            }
            if (second >= from) pending = second;
        }, cancel);
        Pass(range.To);
        return late;

        // Every second before the end at which something may be new: an event, the edge of a bucket, what was asked for.
        void Pass(DateTimeOffset end)
        {
            while (true)
            {
                var next = new DateTimeOffset((clock.UtcTicks / width.Ticks + 1) * width.Ticks, TimeSpan.Zero);
                if (pending < next) next = pending.Value;
                if (due < next) next = due.Value;
                if (next >= end) return;
                clock = next;
                if (pending <= clock) pending = null;
                foreach (var window in sliding.Values) window.Advance(clock);
                due = read(clock, w => sliding[w].Values) is { } again && again > clock ? Ceiling(again) : null;
            }
        }

        static DateTimeOffset Ceiling(DateTimeOffset at) => Second(at) is var s && s < at ? s.AddSeconds(1) : s;
    }

    /// <summary>The whole second at or before an instant.</summary>
    public static DateTimeOffset Second(DateTimeOffset at) => new(at.UtcTicks - at.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero);
}
