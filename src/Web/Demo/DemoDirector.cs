using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.DemoShop;

namespace BehaviorDashboard.Demo;

/// <summary>What can be made to happen in the demo shop while somebody watches.</summary>
public enum DemoIncident
{
    /// <summary>Angry reviews of one product that name its defect.</summary>
    Reviews,

    /// <summary>Most of the stock of what sells best is gone.</summary>
    Shortage,

    /// <summary>A campaign to everybody that annoys those who read it.</summary>
    Campaign,
}

/// <summary>
/// Makes things go wrong in the running demo shop, as a real shop's day would: reviews and reactions come from its shoppers,
/// stock and the campaign go through the product's public API.
/// </summary>
public sealed class DemoDirector(TimeProvider time)
{
    private const int Product = 12;
    private const int Reviews = 12;
    private const int Emptied = 5;
    private const double Left = 0.05;
    private static readonly TimeSpan ReviewsTake = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Annoyed = TimeSpan.FromHours(1);
    private DemoShopRunner? _runner;
    private HttpClient? _http;
    private string _key = "";

    /// <summary>Whether the demo shop is open.</summary>
    public bool IsOpen => _runner is not null;

    internal void Open(DemoShopRunner runner, HttpClient http, string adminKey) => (_key, _http, _runner) = (adminKey, http, runner);

    /// <returns>Where it can be seen first.</returns>
    /// <exception cref="HttpRequestException">The product refused; the message says why.</exception>
    public async Task<string> PlayAsync(DemoIncident incident, CancellationToken cancel = default)
    {
        if (_runner is null) throw new InvalidOperationException("The demo shop is not open.");
        switch (incident)
        {
            case DemoIncident.Reviews:
                _runner.Play((shop, now) => shop.AngryReviews(Product, Reviews, now, ReviewsTake));
                return "reviews/incidents";
            case DemoIncident.Shortage:
                await EmptyAsync(cancel);
                return "supply/today";
            default:
                return await AnnoyAsync(cancel);
        }
    }

    /// <summary>The best sellers with the most on their shelves keep a twentieth of it.</summary>
    private async Task EmptyAsync(CancellationToken cancel)
    {
        var stock = await SendAsync(HttpMethod.Get, "v1/supply/stock", null, cancel);
        var hit = stock.EnumerateArray()
            .Select(p => (Id: p.GetProperty("id").GetString()!, OnHand: Number(p, "on_hand"), Days: Number(p, "days_of_supply")))
            .Where(p => p is { OnHand: >= 10, Days: > 0 }).OrderByDescending(p => p.OnHand / p.Days).Take(Emptied).ToList();
        if (hit.Count == 0) throw new HttpRequestException("The first forecast is not ready yet, so nobody knows what sells best. Try again in some minutes.");
        await SendAsync(HttpMethod.Put, "v1/supply/terms", hit.Select(p => new { id = p.Id, stock = (long)(p.OnHand * Left) }).ToArray(), cancel);
    }

    private async Task<string> AnnoyAsync(CancellationToken cancel)
    {
        var until = time.GetUtcNow() + Annoyed;
        _runner!.Play((shop, _) =>
        {
            shop.AnnoysUntil = until;
            return [];
        });
        var message = new { name = "A", share = 1, subject = "LAST CHANCE last chance", body = "<p>Final FINAL notice: open now.</p>" };
        var again = message with { subject = "Did you miss our LAST CHANCE?" };
        var made = await SendAsync(HttpMethod.Post, "v1/campaigns", new
        {
            name = "LAST CHANCE last chance",
            spec = new { steps = new object[] { new { versions = new[] { message } }, new { waitHours = 1, versions = new[] { again } } }, mostUnsubscribes = 0.5 },
        }, cancel);
        var id = made.GetProperty("id").GetInt32();
        await SendAsync(HttpMethod.Post, FormattableString.Invariant($"v1/campaigns/{id}/start"), new { }, cancel);
        return FormattableString.Invariant($"campaigns/{id}");
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType()) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        using var answer = await _http!.SendAsync(request, cancel);
        var text = await answer.Content.ReadAsStringAsync(cancel);
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"{method} /{path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private static double Number(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
}
