using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using BehaviorDashboard.Testing;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace BehaviorDashboard.EndToEnd;

/// <summary>From an empty screen to a live campaign, a mail that is left with one click, and a past campaign from a file.</summary>
public sealed partial class CampaignsTests(Browser browser)
{
    [Fact]
    public async Task A_marketer_reaches_a_live_campaign_and_people_can_leave()
    {
        await using var sink = new SmtpSink();
        await using var product = await ProductProcess.StartAsync(null, "--Campaigns:SmtpHost=127.0.0.1", $"--Campaigns:SmtpPort={sink.Port}", "--Campaigns:SmtpSecurity=none", "--Campaigns:From=news@shop.example", "--Campaigns:QuietFrom=0", "--Campaigns:QuietTo=0", "--Campaigns:GlobalControl=0");
        using var sender = new HttpClient { BaseAddress = product.Address };
        sender.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Keys.CreateAsync(product.Folder, "write"));
        var events = string.Join(',', Enumerable.Range(0, 40).Select(i => $$"""{"type":"identify","userId":"u{{i}}","messageId":"i{{i}}","traits":{"email":"u{{i}}@x.example","firstName":"N{{i}}","emailConsent":{{(i < 30 ? "true" : "false")}} } }"""));
        using (var answer = await sender.PostAsync(new Uri("/v1/batch", UriKind.Relative), new StringContent($"{{\"batch\":[{events}]}}", Encoding.UTF8, "application/json"))) answer.EnsureSuccessStatusCode();
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        await page.GotoAsync("/campaigns");
        await Expect(page.Locator(".bd-empty h2")).ToHaveTextAsync("No campaigns yet");
        await watched.AssertAccessibleAsync();
        await page.GotoAsync("/campaigns/new");
        await Expect(page.Locator("[data-leftout]")).ToContainTextAsync("no consent: 10");
        await page.Locator("[data-start]").ClickAsync();
        await Expect(page.Locator("[data-problems]")).ToContainTextAsync("A name of 1 to 120 characters is needed.");
        await page.Locator("[data-name]").FillAsync("Spring");
        await page.Locator("[data-body]").FillAsync("<p>Hello</p>\n{% if person.vip %}");
        await page.Locator("[data-name]").ClickAsync();
        await Expect(page.Locator("[data-problems]")).ToContainTextAsync("line 2");
        await page.Locator("[data-body]").FillAsync("<p>Hello {{ person.first_name }}</p>");
        await page.Locator("[data-preview]").ClickAsync();
        await Expect(page.Locator("[data-mail]")).ToHaveCountAsync(1);
        await watched.AssertAccessibleAsync();
        var treated = await page.Locator("[data-treated]").TextContentAsync();
        await page.Locator("[data-start]").DblClickAsync();
        await page.Locator(".mud-dialog input").FillAsync(treated!);
        await watched.AssertAccessibleAsync();
        await page.Locator(".mud-dialog-actions button").Last.ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Spring");
        await Expect(page.Locator("[data-sent]")).Not.ToHaveTextAsync("0", new() { Timeout = 20_000 });
        for (var wait = 0; (await page.Locator("[data-sent]").TextContentAsync()) != sink.Messages.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) && wait < 100; wait++) await Task.Delay(100);
        Assert.Equal(sink.Messages.Count, sink.Messages.Select(m => Recipient().Match(m).Groups[1].Value).Distinct().Count());
        await Expect(page.Locator("[data-arms] tbody tr")).ToHaveCountAsync(2);
        await page.Locator("[data-comment]").FillAsync("Looks fine");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(page.Locator("[data-history]")).ToContainTextAsync("Looks fine");
        await watched.AssertAccessibleAsync();
        await page.GotoAsync("/campaigns");
        await Expect(page.Locator("[data-campaigns] tbody tr")).ToHaveCountAsync(1);
        await page.GotoAsync("/campaigns?show=calendar");
        await Expect(page.Locator("[data-calendar]")).ToContainTextAsync("Spring");
        await watched.AssertAccessibleAsync();

        // Whoever gets the mail has no account: the page, and a mail program's one click.
        var link = Leave().Match(sink.Messages.First().Replace("\r\n ", "", StringComparison.Ordinal)).Groups[1].Value;
        await using var stranger = await browser.OpenAsync(product.Address);
        await stranger.Page.GotoAsync(link);
        await stranger.AssertAccessibleAsync();
        await stranger.Page.Locator("[data-leave]").ClickAsync();
        await Expect(stranger.Page.Locator("[data-done]")).ToBeVisibleAsync();
        using var one = await new HttpClient().PostAsync(new Uri(Leave().Match(sink.Messages.Last().Replace("\r\n ", "", StringComparison.Ordinal)).Groups[1].Value), new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]));
        Assert.Equal(200, (int)one.StatusCode);
        await page.GotoAsync("/campaigns/new");
        await Expect(page.Locator("[data-leftout]")).ToContainTextAsync("unsubscribed: 2");

        await page.GotoAsync("/campaigns/past");
        var random = new Random(1);
        var csv = "arm,bought\n" + string.Join('\n', Enumerable.Range(0, 4_000).Select(i => $"{(i % 2 == 0 ? "control" : "mail")},{(random.NextDouble() < (i % 2 == 0 ? 0.1 : 0.2) ? 1 : 0)}"));
        await (await watched.FileFieldAsync()).SetInputFilesAsync(new FilePayload { Name = "past.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(csv) });
        await page.Locator("[data-analyse]").ClickAsync();
        await Expect(page.Locator("[data-effects]")).ToContainTextAsync("Works");
        await watched.AssertAccessibleAsync();
        watched.AssertClean();
    }

    [Fact]
    public async Task A_message_appears_on_the_shops_own_page_once_and_its_markup_cannot_reach_the_page()
    {
        await using var product = await ProductProcess.StartAsync(null, "--Campaigns:QuietFrom=0", "--Campaigns:QuietTo=0", "--Campaigns:GlobalControl=0");
        using var admin = new HttpClient { BaseAddress = product.Address };
        admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Keys.CreateAsync(product.Folder, "admin"));
        var key = await Keys.CreateAsync(product.Folder, "write");
        using (var request = new HttpRequestMessage(HttpMethod.Post, "/v1/batch") { Content = Json("""{"batch":[{"type":"identify","userId":"u1","messageId":"i1","traits":{"firstName":"Ann"} }]}""") })
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using var told = await admin.SendAsync(request);
            told.EnsureSuccessStatusCode();
        }
        const string Body = "<p>Hello {{ person.first_name }}</p><script>parent.document.title='taken'</script>";
        using var made = await admin.PostAsync(new Uri("/v1/campaigns", UriKind.Relative), Json($$"""{"name":"Banner","spec":{"channel":"onsite","holdout":0,"steps":[{"versions":[{"name":"A","share":1,"subject":"For you","body":{{System.Text.Json.JsonSerializer.Serialize(Body)}} } ] } ] } }"""));
        var id = System.Text.Json.JsonDocument.Parse(await made.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetInt32();
        using (var started = await admin.PostAsync(new Uri($"/v1/campaigns/{id}/start", UriKind.Relative), null)) started.EnsureSuccessStatusCode();
        for (var wait = 0; wait < 100 && !(await admin.GetStringAsync(new Uri($"/v1/campaigns/{id}/people", UriKind.Relative))).Contains("u1", StringComparison.Ordinal); wait++) await Task.Delay(100);

        // The shop is another origin.
        await using var shop = await Receiver.StartAsync();
        await using var watched = await browser.OpenAsync(shop.Address);
        shop.Page = $"<!doctype html><html lang=\"en\"><title>Shop</title><main><h1>Shop</h1></main><script defer src=\"{new Uri(product.Address, "js/onsite.js")}\" data-key=\"{key}\" data-user=\"u1\"></script></html>";
        await watched.Page.GotoAsync("/");
        var box = watched.Page.Locator("aside[role=complementary]");
        await Expect(box).ToContainTextAsync("For you");
        await Expect(box.FrameLocator("iframe").Locator("p")).ToHaveTextAsync("Hello Ann");
        await Expect(watched.Page).ToHaveTitleAsync("Shop");
        await box.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(box).ToHaveCountAsync(0);
        await watched.Page.ReloadAsync(new() { WaitUntil = WaitUntilState.NetworkIdle });
        await Expect(box).ToHaveCountAsync(0);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    [GeneratedRegex(@"^To: .*?(u\d+)@x\.example", RegexOptions.Multiline)]
    private static partial Regex Recipient();

    [GeneratedRegex(@"List-Unsubscribe:\s*<([^>]+)>")]
    private static partial Regex Leave();
}
