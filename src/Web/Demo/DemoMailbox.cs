using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using BehaviorDashboard.DemoShop;

namespace BehaviorDashboard.Demo;

/// <summary>The simulated shoppers' mailbox: asks the product's public API what its campaigns have sent.</summary>
internal sealed class DemoMailbox(HttpClient http, string key, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<int, double> _discounts = new();
    private string _after = time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture) + "~";
    private DateTimeOffset _asked;

    /// <summary>Mails since the last time; at most every two seconds. While the product cannot answer there are none.</summary>
    public async Task<IReadOnlyList<DemoMail>> TakeAsync(CancellationToken cancel)
    {
        if (time.GetUtcNow() - _asked < Every) return [];
        _asked = time.GetUtcNow();
        if (await GetAsync("v1/campaigns/sent?after=" + Uri.EscapeDataString(_after), cancel) is not { } answer) return [];
        var mails = new List<DemoMail>();
        foreach (var sent in answer.GetProperty("sent").EnumerateArray())
        {
            var campaign = sent.GetProperty("campaign_id").GetInt32();
            if (!_discounts.TryGetValue(campaign, out var discount))
                _discounts[campaign] = discount = await GetAsync($"v1/campaigns/{campaign}", cancel) is { } c && c.GetProperty("spec").TryGetProperty("discount", out var share) ? share.GetDouble() : 0;
            mails.Add(new DemoMail(sent.GetProperty("user_id").GetString()!, "c" + campaign.ToString(CultureInfo.InvariantCulture), discount));
        }
        _after = answer.GetProperty("next").GetString() ?? _after;
        return mails;
    }

    private async Task<JsonElement?> GetAsync(string path, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await http.SendAsync(request, cancel);
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancel)).RootElement : null;
    }
}
