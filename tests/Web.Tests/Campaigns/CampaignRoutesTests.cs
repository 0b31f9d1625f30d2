using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.WebTests.Campaigns;

/// <summary>What reaches campaigns from outside: links in mails, mail providers, files, the shop's pages; and who may not.</summary>
public sealed partial class CampaignRoutesTests
{
    [Fact]
    public async Task Links_in_mails_work_for_strangers_once_and_cannot_be_made_up()
    {
        await using var sink = new SmtpSink();
        await using var host = await OpenAsync(sink);
        using var admin = await host.KeyClientAsync(Access.ScopeAdmin);
        var id = await LiveAsync(host, admin, "email", 12);
        for (var wait = 0; sink.Messages.Count < 12 && wait < 200; wait++) await Task.Delay(100);
        var mail = sink.Messages.First().Replace("\r\n ", "", StringComparison.Ordinal);
        var leave = new Uri(Leave().Match(mail).Groups[1].Value);
        using var stranger = host.Client();

        // Mail scanners follow every link: following alone must not let anybody go.
        using (var looked = await stranger.GetAsync(leave)) Assert.Equal(HttpStatusCode.Redirect, looked.StatusCode);
        Assert.Equal(0, (await EffectAsync(admin, id)).GetProperty("unsubscribed").GetInt32());
        foreach (var _ in Enumerable.Range(0, 3))
        {
            using var left = await stranger.PostAsync(leave, new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]));
            Assert.Equal(HttpStatusCode.OK, left.StatusCode);
        }
        Assert.Equal(1, (await EffectAsync(admin, id)).GetProperty("unsubscribed").GetInt32());
        using (var forged = await stranger.PostAsync(new Uri(leave.ToString()[..^3] + "AAA"), null)) Assert.Equal(HttpStatusCode.NotFound, forged.StatusCode);
        using (var forged = await stranger.GetAsync(new Uri(host.Address, "/m/c/" + Convert.ToBase64String("https://evil.example"u8)))) Assert.Equal(HttpStatusCode.NotFound, forged.StatusCode);

        var provider = await host.KeyClientAsync(Access.ScopeWrite);
        var message = MessageId().Match(sink.Messages.Last().Replace("\r\n ", "", StringComparison.Ordinal)).Groups[1].Value;
        foreach (var _ in Enumerable.Range(0, 2))
        {
            using var told = await provider.PostAsJsonAsync("/v1/campaigns/feedback", new { type = "complaint", messageId = message });
            Assert.Equal(HttpStatusCode.Accepted, told.StatusCode);
        }
        Assert.Equal(1, (await EffectAsync(admin, id)).GetProperty("complained").GetInt32());
        using var wrong = await provider.PostAsJsonAsync("/v1/campaigns/feedback", new { type = "party", messageId = message });
        using var unknown = await provider.PostAsJsonAsync("/v1/campaigns/feedback", new { type = "bounce", messageId = "none" });
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.NotFound), (wrong.StatusCode, unknown.StatusCode));
    }

    [Fact]
    public async Task A_hand_over_is_a_file_for_marketers_alone_and_can_be_had_again()
    {
        await using var host = await OpenAsync(null);
        using var admin = await host.KeyClientAsync(Access.ScopeAdmin);
        var id = await LiveAsync(host, admin, "csv", 8);
        using var marketer = await host.SignInAsync(Access.Marketer);
        using var manager = await host.SignInAsync(Access.Manager);
        using var stranger = host.Client();
        var path = $"/campaigns/{id}/handover.csv";
        using (var refused = await manager.GetAsync(path)) Assert.NotEqual(HttpStatusCode.OK, refused.StatusCode);
        using (var refused = await stranger.GetAsync(path)) Assert.NotEqual(HttpStatusCode.OK, refused.StatusCode);
        using (var refused = await manager.GetAsync("/campaigns/new")) Assert.NotEqual(HttpStatusCode.OK, refused.StatusCode);
        using (var read = await host.KeyClientAsync(Access.ScopeRead))
        using (var refused = await read.PostAsync($"/v1/campaigns/{id}/end", null)) Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        var first = await LinesAsync("");
        Assert.StartsWith("message_id,user_id,email,version,step,subject,body", first[0], StringComparison.Ordinal);
        Assert.Equal(8, first.Count - 1);
        Assert.Single(await LinesAsync(""));
        Assert.Equal(first, await LinesAsync("?last=true"));

        async Task<List<string>> LinesAsync(string query)
        {
            using var answer = await marketer.GetAsync(path + query);
            Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
            return [.. (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        }
    }

    private static Task<WebHost> OpenAsync(SmtpSink? sink)
    {
        var settings = new Dictionary<string, string> { ["Campaigns:GlobalControl"] = "0", ["Campaigns:QuietFrom"] = "0", ["Campaigns:QuietTo"] = "0", ["Campaigns:LookSeconds"] = "1" };
        if (sink is not null) foreach (var (key, value) in new[] { ("SmtpHost", "127.0.0.1"), ("SmtpPort", $"{sink.Port}"), ("SmtpSecurity", "none"), ("From", "news@shop.example") }) settings["Campaigns:" + key] = value;
        return WebHost.StartAsync(settings);
    }

    /// <summary>A campaign of a channel that has been started for so many people.</summary>
    private static async Task<int> LiveAsync(WebHost host, HttpClient admin, string channel, int people)
    {
        using var shop = await host.KeyClientAsync(Access.ScopeWrite);
        using var told = await shop.PostAsJsonAsync("/v1/batch", new { batch = Enumerable.Range(0, people).Select(i => new { type = "identify", userId = $"u{i}", messageId = $"i{i}", traits = new { email = $"u{i}@x.example", emailConsent = true } }) });
        told.EnsureSuccessStatusCode();
        using var made = await admin.PostAsJsonAsync("/v1/campaigns", new { name = "Ours", spec = new { channel, holdout = 0, mostUnsubscribes = 1, steps = new[] { new { versions = new[] { new { name = "A", share = 1, subject = "Hi", body = "<p>b</p>" } } } } } });
        var id = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt32();
        for (var twice = 0; twice < 2; twice++)
        {
            using var started = await admin.PostAsync($"/v1/campaigns/{id}/start", null);
            started.EnsureSuccessStatusCode();
        }
        for (var wait = 0; wait < 200; wait++)
        {
            using var taken = await admin.GetAsync($"/v1/campaigns/{id}/people");
            if ((await taken.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("people").GetArrayLength() == people) return id;
            await Task.Delay(50);
        }
        throw new InvalidOperationException("Nobody was taken in.");
    }

    private static async Task<JsonElement> EffectAsync(HttpClient admin, int id)
    {
        using var answer = await admin.GetAsync($"/v1/campaigns/{id}/effect");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    [GeneratedRegex(@"List-Unsubscribe:\s*<([^>]+)>")]
    private static partial Regex Leave();

    [GeneratedRegex(@"^Message-Id: <([^>]+)>", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex MessageId();
}
