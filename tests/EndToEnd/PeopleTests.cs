using System.Net.Http.Headers;
using System.Text;
using BehaviorDashboard.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace BehaviorDashboard.EndToEnd;

/// <summary>From the list to a person and through what they did; two people made one and two again.</summary>
public class PeopleTests(Browser browser)
{
    private static async Task SendAsync(ProductProcess product, string json)
    {
        using var http = new HttpClient { BaseAddress = product.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Keys.CreateAsync(product.Folder, "write"));
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri("v1/batch", UriKind.Relative), body);
        answer.EnsureSuccessStatusCode();
    }

    private static string Batch(IEnumerable<string> events) => $$"""{"batch":[{{string.Join(',', events)}}]}""";

    private static string Viewed(int i) => $$$"""{"type":"track","event":"Product Viewed","userId":"ada","messageId":"v{{{i}}}","timestamp":"{{{DateTimeOffset.UtcNow.AddMinutes(-i):O}}}","properties":{"product_id":"p{{{i}}}"}}""";

    private static string Order(string user, string id, int revenue) =>
        $$$"""{"type":"track","event":"Order Completed","userId":"{{{user}}}","messageId":"{{{id}}}","properties":{"order_id":"{{{id}}}","revenue":{{{revenue}}},"currency":"USD"}}""";

    private static string Identify(string user, string traits) => $$$"""{"type":"identify","userId":"{{{user}}}","messageId":"i-{{{user}}}","traits":{{{traits}}} }""";

    [Fact]
    public async Task The_list_leads_to_a_person_and_the_timeline_comes_as_one_scrolls()
    {
        await using var product = await ProductProcess.StartAsync();
        await SendAsync(product, Batch([.. Enumerable.Range(1, 130).Select(Viewed), Order("ada", "o1", 40), Identify("ada", """{"name":"Ada","email":"ada@x.example","emailConsent":true}"""), Order("tom", "o2", 10)]));
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        await page.GotoAsync("/customers?ordersFrom=1&sort=revenue&consent=marketing_email");
        await Expect(page.Locator("[data-people] tbody tr")).ToHaveCountAsync(1);
        await watched.AssertAccessibleAsync();
        await page.Locator("[data-people] a").First.ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Ada");
        await Expect(page.Locator("[data-timeline] [data-event]")).ToHaveCountAsync(50);
        await watched.AssertAccessibleAsync();
        for (var lines = 100; lines <= 132; lines += 32)
        {
            await page.EvaluateAsync("() => scrollTo(0, document.body.scrollHeight)");
            await Expect(page.Locator("[data-timeline] [data-event]")).ToHaveCountAsync(lines, new() { Timeout = 20_000 });
        }
        await page.Locator("[data-kind=orders]").ClickAsync();
        await Expect(page.Locator("[data-timeline] [data-event]")).ToHaveCountAsync(1);
        await page.Locator("[data-event] summary").ClickAsync();
        await Expect(page.Locator("[data-event] pre")).ToContainTextAsync("\"orderId\": \"o1\"");

        await page.Locator("[data-consent=marketing_email]").ClickAsync();
        await Expect(page.Locator("[data-allowed=marketing_email]")).ToHaveTextAsync("not allowed");
        await page.Locator("[data-add-trait]").ClickAsync();
        await page.Locator("[data-trait-name]").FillAsync("vip");
        await page.Locator("[data-trait-value]").FillAsync("gold");
        await page.Locator("[data-trait-save]").ClickAsync();
        await Expect(page.Locator("[data-traits]")).ToContainTextAsync("gold");
        await watched.AssertAccessibleAsync();
        await page.GotoAsync("/data/sources");
        await Expect(page.Locator("[data-sources] [data-day]").First).ToHaveTextAsync("133");
        await watched.AssertAccessibleAsync();
        watched.AssertClean();
    }

    [Fact]
    public async Task Two_people_are_made_one_and_two_again_and_one_is_erased()
    {
        await using var product = await ProductProcess.StartAsync();
        await SendAsync(product, Batch([Order("ada", "o1", 40), Identify("ada", """{"name":"Ada","email":"ada@x.example"}"""), Order("ada-2", "o2", 10), Identify("ada-2", """{"name":"Ada L","email":"ADA@x.example"}""")]));
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        await page.GotoAsync("/customers/duplicates");
        await watched.AssertAccessibleAsync();
        await page.Locator("[data-review]").ClickAsync();
        await Expect(page.Locator("[data-merge-preview]")).ToContainTextAsync("$50.00");
        await watched.AssertAccessibleAsync();
        await page.Locator("[data-confirm-merge]").ClickAsync();
        await Expect(page.Locator("[data-identities]")).ToContainTextAsync("ada");
        await Expect(page.Locator(".bd-kpi-value").Nth(1)).ToHaveTextAsync("$50.00");
        await page.Locator("[data-unmerge]").ClickAsync();
        await Expect(page.Locator("[data-merges]")).ToContainTextAsync("undone");
        await Expect(page.Locator(".bd-kpi-value").Nth(1)).Not.ToHaveTextAsync("$50.00");

        await page.GotoAsync("/customers/ada-2");
        await page.Locator("[data-erase]").ClickAsync();
        await Expect(page.Locator("[data-plan]")).ToBeVisibleAsync();
        await watched.AssertAccessibleAsync();
        await page.Locator("[data-erase-now]").ClickAsync();
        var size = await page.Locator(".bd-confirm-size").InnerTextAsync();
        await page.Locator("#bd-confirm").FillAsync(new string([.. size.Where(char.IsAsciiDigit)]));
        await page.Locator("#bd-confirm").PressAsync("Enter");
        await Expect(page.Locator("[data-reports] tbody tr")).ToHaveCountAsync(1);
        await watched.AssertAccessibleAsync();
        await page.GotoAsync("/customers/ada-2");
        await Expect(page.Locator("main")).ToContainTextAsync("Nobody has this key");
        watched.AssertClean();
    }
}
