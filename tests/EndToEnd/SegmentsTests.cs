using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BehaviorDashboard.Testing;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace BehaviorDashboard.EndToEnd;

/// <summary>A segment is built, counted while it is built, switched on, and follows the events of its people.</summary>
public class SegmentsTests(Browser browser)
{
    [Fact]
    public async Task A_segment_is_built_and_follows_the_shoppers()
    {
        await using var product = await ProductProcess.StartAsync();
        using var sender = new HttpClient { BaseAddress = product.Address };
        sender.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Keys.CreateAsync(product.Folder, "write"));
        await SendAsync(sender, "ann", "bob");
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        await page.GotoAsync("/segments");
        await Expect(page.Locator(".bd-empty h2")).ToHaveTextAsync("No segments yet");
        await watched.AssertAccessibleAsync();

        await page.GotoAsync("/segments/new");
        await Expect(page.Locator("[data-count]")).ToHaveTextAsync("2");
        await page.Locator("[data-save]").ClickAsync();
        await Expect(page.Locator("[data-problems]")).ToContainTextAsync("A name of 1 to 120 characters is needed.");
        await page.Locator("[data-add=trait]").ClickAsync();
        await Expect(page.Locator("[data-problems]")).ToContainTextAsync("A name is missing or too long");
        await page.Locator("[data-condition=trait]").GetByText("Remove", new() { Exact = true }).ClickAsync();
        await Expect(page.Locator("[data-count]")).ToHaveTextAsync("2");
        await watched.AssertAccessibleAsync();
        await page.Locator("[data-name]").FillAsync("Viewers");
        await page.Locator("[data-save]").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Viewers");
        await Expect(page.Locator("[data-size]")).ToHaveTextAsync("–");
        await page.GetByRole(AriaRole.Button, new() { Name = "Activate", Exact = true }).ClickAsync();
        await Expect(page.Locator("[data-size]")).ToHaveTextAsync("2");

        // Without a reload: the open page is told that somebody came.
        await SendAsync(sender, "eve");
        await Expect(page.Locator("[data-size]")).ToHaveTextAsync("3", new() { Timeout = 20_000 });
        await Expect(page.Locator("[data-members]")).ToContainTextAsync("eve");
        await page.GetByPlaceholder("Key of a person").FillAsync("eve");
        await page.GetByRole(AriaRole.Button, new() { Name = "Explain", Exact = true }).ClickAsync();
        await Expect(page.Locator("[data-why]")).ToContainTextAsync("eve is in this segment.");
        await watched.AssertAccessibleAsync();
        await page.GotoAsync("/segments");
        await Expect(page.Locator("[data-segments] tbody tr")).ToHaveCountAsync(1);
        await watched.AssertAccessibleAsync();
        await page.GotoAsync("/segments/rfm");
        await Expect(page.Locator(".bd-empty h2")).ToHaveTextAsync("Nobody has ordered yet");
        await watched.AssertAccessibleAsync();
        watched.AssertClean();

        using var reader = new HttpClient { BaseAddress = product.Address };
        reader.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Keys.CreateAsync(product.Folder, "read"));
        var first = await PageAsync(reader, "limit=2");
        var second = await PageAsync(reader, $"limit=2&after=bob&as_of={Uri.EscapeDataString(first.GetProperty("as_of").GetString()!)}");
        Assert.Equal(["ann", "bob", "eve"], first.GetProperty("members").EnumerateArray().Concat(second.GetProperty("members").EnumerateArray()).Select(m => m.GetProperty("user_id").GetString()));
        var csv = await reader.GetStringAsync(new Uri("/v1/segments/1/members?format=csv", UriKind.Relative));
        Assert.Equal(["user_id", "ann", "bob", "eve"], csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(',')[0]));
        Assert.Equal(3, (await reader.GetStringAsync(new Uri("/v1/segments/1/members?format=ndjson", UriKind.Relative))).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        using var preview = await reader.PostAsync(new Uri("/v1/segments/preview", UriKind.Relative), new StringContent("""{"is":"not","rule":{"is":"did","event":"Product Viewed"}}""", Encoding.UTF8, "application/json"));
        Assert.Equal(0, JsonDocument.Parse(await preview.Content.ReadAsStringAsync()).RootElement.GetProperty("people").GetInt64());
        using var wrong = await reader.PostAsync(new Uri("/v1/segments/preview", UriKind.Relative), new StringContent("""{"is":"did","event":""}""", Encoding.UTF8, "application/json"));
        Assert.Equal(422, (int)wrong.StatusCode);
    }

    private static async Task SendAsync(HttpClient sender, params string[] people)
    {
        var events = string.Join(',', people.Select(p => $$"""{"type":"track","event":"Product Viewed","userId":"{{p}}","messageId":"{{p}}-1","properties":{"product_id":"p1"} }"""));
        using var answer = await sender.PostAsync(new Uri("/v1/batch", UriKind.Relative), new StringContent($"{{\"batch\":[{events}]}}", Encoding.UTF8, "application/json"));
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<JsonElement> PageAsync(HttpClient reader, string query) =>
        JsonDocument.Parse(await reader.GetStringAsync(new Uri("/v1/segments/1/members?" + query, UriKind.Relative))).RootElement;
}
