using System.Net.Http.Headers;
using System.Text.Json;

namespace BehaviorDashboard.DemoShop;

/// <summary>
/// The block under a product page of the live visits: asks the dashboard for a list as a shopper's browser does, and clicks by a
/// law of its own. What is shown is the dashboard's; what becomes of it is the shop's.
/// </summary>
internal sealed class RecommendedBlock(HttpClient http, string writeKey, DemoWorld world)
{
    /// <summary>Share of product pages on which somebody scrolls down to the block.</summary>
    public const double Scrolled = 0.35;

    private const int Length = 4;
    private const int FirstOrdinal = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly Dictionary<string, DemoProduct> _products = world.Products.ToDictionary(p => p.Id);

    /// <summary>Chance that the product at a place is clicked: falls with the place, and is higher for what is of the page's category.</summary>
    public static double ClickChance(int position, DemoProduct shown, DemoProduct page) => 0.05 / Math.Sqrt(position) * (shown.Category == page.Category ? 2.5 : 1);

    /// <returns>What the visitor saw and did; nothing when the dashboard does not answer.</returns>
    public async Task<IReadOnlyList<DemoEvent>> UnderAsync(ProductTouched page, CancellationToken cancel)
    {
        var random = new DemoRandom(world.Seed, Stream.Recommended, page.At, page.Ordinal);
        if (page.Who.AnonymousId is not { } visitor || !random.Chance(Scrolled)) return [];
        var (id, shown) = await AskAsync(visitor, page.Product, cancel);
        var events = new List<DemoEvent>();
        for (var n = 0; n < shown.Count; n++) events.Add(About(RecommendationEvent.Viewed, n, 500));
        for (var n = 0; n < shown.Count; n++)
        {
            if (!random.Chance(ClickChance(n + 1, shown[n], page.Product))) continue;
            events.Add(About(RecommendationEvent.Clicked, n, 900));
            events.Add(new ProductTouched(ProductTouched.Viewed, shown[n], shown[n].ListPrice) { Who = page.Who, At = page.At + 1_000, Thread = page.Thread, Ordinal = Ordinal(2 * Length) });
            break;
        }
        return events;

        int Ordinal(int n) => FirstOrdinal + 10 * page.Ordinal + n;

        RecommendationEvent About(string name, int n, long after) =>
            new(name, id, shown[n], n + 1) { Who = page.Who, At = page.At + after, Thread = page.Thread, Ordinal = Ordinal(name == RecommendationEvent.Viewed ? n : Length + n) };
    }

    private async Task<(string Id, IReadOnlyList<DemoProduct> Shown)> AskAsync(string visitor, DemoProduct page, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, $"v1/shop/recommendations?anonymous_id={Uri.EscapeDataString(visitor)}&product_id={Uri.EscapeDataString(page.Id)}&kind=similar&limit={Length}&placement=product");
            ask.Headers.Authorization = new AuthenticationHeaderValue("Bearer", writeKey);
            using var answer = await http.SendAsync(ask, patience.Token);
            if (!answer.IsSuccessStatusCode) return ("", []);
            using var list = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(patience.Token));
            return (list.RootElement.GetProperty("recommendation_id").GetString()!,
                [.. list.RootElement.GetProperty("items").EnumerateArray().Select(i => _products.GetValueOrDefault(i.GetProperty("product_id").GetString()!)).OfType<DemoProduct>()]);
        }
        catch (Exception problem) when (!cancel.IsCancellationRequested && problem is HttpRequestException or OperationCanceledException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return ("", []);
        }
    }
}
