using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Reviews.Pages;
using BehaviorDashboard.Statistics;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Reviews;

/// <summary>Figures of reviews that rules may watch, each over the seven days before the instant; of a product, or of the shop where no object is named.</summary>
internal sealed class ReviewKpis(ReviewStore store, ReviewKeeper keeper, IncidentStore incidents, IProductCatalog catalog, IStringLocalizer<ReviewsText> text) : IKpiSource
{
    private const string TopicPrefix = "topic_";
    private const int MostIncidents = 10_000;
    private const int MostSteps = 2_000;
    private const int MostMarked = 1_000;
    private static readonly TimeSpan Window = TimeSpan.FromDays(7);

    public string Source => "reviews";

    public Signal? Changed => keeper.Changed;

    public IReadOnlyList<WatchedKpi> Kpis =>
    [
        new("negative_share", () => text["Kpi.negative_share"], "share", true), new("reviews", () => text["Kpi.reviews"], "count", true), new("open_incidents", () => text["Kpi.open_incidents"], "count", true),
        .. ReviewTopics.All.Select(t => new WatchedKpi(TopicPrefix + t, () => text["Kpi.topic", text["Topic." + t]], "share", true)),
    ];

    public async Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string search, int limit, CancellationToken cancel = default)
    {
        // What has an incident comes first: a list cut short must not lose it.
        var marked = (await incidents.ListAsync(true, MostMarked, cancel)).Select(i => i.ProductId).OfType<string>();
        List<string> products = [.. marked.Concat((await store.TalliesAsync("product_id", new ReviewQuery(), cancel)).Where(t => t.Key is not null).OrderByDescending(t => t.Count).Select(t => t.Key!)).Distinct()];
        var titles = await catalog.TitlesAsync(products, cancel);
        return [.. products.Select(p => new WatchedObject(p, titles.GetValueOrDefault(p, p), $"reviews/products/{Uri.EscapeDataString(p)}"))
            .Where(o => o.Title.Contains(search, StringComparison.CurrentCultureIgnoreCase) || o.Id.Contains(search, StringComparison.OrdinalIgnoreCase)).Take(limit)];
    }

    public async Task<KpiReading?> ReadAsync(KpiName kpi, DateTimeOffset at, CancellationToken cancel = default)
    {
        if (kpi.Key == "open_incidents") return new KpiReading((await incidents.ListAsync(false, MostIncidents, cancel)).Count(i => (kpi.ObjectId is null || i.ProductId == kpi.ObjectId) && i.OpenedAt <= at && (i.ClosedAt is null || i.ClosedAt > at)), at);
        var marks = await store.MarksAsync(kpi.ObjectId is { } product ? [product] : null, at - Window, at, cancel);
        return Of(kpi.Key, marks, at);
    }

    public async Task<KpiOfEach?> ReadEachAsync(string key, DateTimeOffset at, CancellationToken cancel = default) => key != "open_incidents" ? null
        : new KpiOfEach((await incidents.ListAsync(false, MostIncidents, cancel)).Where(i => i.ProductId is not null && i.OpenedAt <= at && (i.ClosedAt is null || i.ClosedAt > at)).GroupBy(i => i.ProductId!)
            .ToDictionary(g => g.Key, g => new KpiReading(g.Count(), at)), new KpiReading(0, at));

    public async Task<IReadOnlyList<KpiReading>?> ChangesAsync(KpiName kpi, TimeRange range, CancellationToken cancel = default)
    {
        if (kpi.Key != "open_incidents") return null;
        var moves = (await incidents.ListAsync(false, MostIncidents, cancel)).Where(i => kpi.ObjectId is null || i.ProductId == kpi.ObjectId)
            .SelectMany(i => i.ClosedAt is { } closed ? new[] { (At: i.OpenedAt, By: 1), (At: closed, By: -1) } : [(At: i.OpenedAt, By: 1)]).Where(m => m.At <= range.To).OrderBy(m => m.At);
        var open = 0;
        return [new KpiReading(0, DateTimeOffset.MinValue), .. moves.Select(m => new KpiReading(open += m.By, m.At))];
    }

    public async Task<IReadOnlyList<KpiReading>> HistoryAsync(KpiName kpi, TimeRange range, TimeSpan step, CancellationToken cancel = default)
    {
        var readings = new List<KpiReading>();
        if (kpi.Key == "open_incidents")
        {
            for (var (at, n) = (range.From + step, 0); at <= range.To && n < MostSteps; at += step, n++) readings.Add((await ReadAsync(kpi, at, cancel))!);
            return readings;
        }
        var marks = await store.MarksAsync(kpi.ObjectId is { } product ? [product] : null, range.From - Window, range.To, cancel);
        var (start, end) = (0, 0);
        for (var (at, n) = (range.From + step, 0); at <= range.To && n < MostSteps; at += step, n++)
        {
            while (end < marks.Count && marks[end].OccurredAt <= at) end++;
            while (start < end && marks[start].OccurredAt < at - Window) start++;
            if (Of(kpi.Key, [.. marks.Skip(start).Take(end - start)], at) is { } reading) readings.Add(reading);
        }
        return readings;
    }

    /// <summary>A share of nothing is not known.</summary>
    private static KpiReading? Of(string key, IReadOnlyList<ReviewMark> marks, DateTimeOffset at)
    {
        if (key == "reviews") return new KpiReading(marks.Count, at);
        if (marks.Count == 0) return null;
        var hits = key == "negative_share" ? marks.Count(m => m.Bad) : key.StartsWith(TopicPrefix, StringComparison.Ordinal) ? marks.Count(m => m.Topics.Contains($" {key[TopicPrefix.Length..]} ", StringComparison.Ordinal)) : -1;
        if (hits < 0) return null;
        var band = Proportions.Wilson(hits, marks.Count);
        return new KpiReading(band.Value, at, band.Low, band.High);
    }
}
