using System.Net.Http.Headers;
using System.Text;
using BehaviorDashboard.Testing;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace BehaviorDashboard.EndToEnd;

/// <summary>A refused order is seen the moment it comes, mended in the browser, and then counts.</summary>
public class RejectsTests(Browser browser)
{
    private const string Bad = """{"type":"track","event":"Order Completed","userId":"u1","messageId":"o1","properties":{"order_id":"1","revenue":"lots","currency":"USD"}}""";

    [Fact]
    public async Task A_refused_order_is_mended_and_counted()
    {
        await using var product = await ProductProcess.StartAsync();
        var key = await Keys.CreateAsync(product.Folder, "write");
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        await page.GotoAsync("/data/rejects");
        await Expect(page.Locator(".bd-empty h2")).ToHaveTextAsync("Nothing was refused");
        await watched.AssertAccessibleAsync();

        using (var sender = new HttpClient { BaseAddress = product.Address })
        {
            sender.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using var answer = await sender.PostAsync(new Uri("/v1/batch", UriKind.Relative), new StringContent($"{{\"batch\":[{Bad}]}}", Encoding.UTF8, "application/json"));
            Assert.Contains("properties.revenue", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        // Without a reload: the open page is told.
        await Expect(page.Locator("[data-reasons] tbody tr")).ToHaveCountAsync(1);
        await page.Locator("[data-rejects] a").ClickAsync();
        await Expect(page.Locator("[data-raw]")).ToHaveValueAsync(Bad);
        await watched.AssertAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Send again", Exact = true }).ClickAsync();
        await Expect(page.Locator("[data-said]")).ToContainTextAsync("Still refused: properties.revenue");
        await page.Locator("[data-raw]").FillAsync(Bad.Replace("lots", "30.50", StringComparison.Ordinal));
        await page.GetByRole(AriaRole.Button, new() { Name = "Send again", Exact = true }).ClickAsync();
        await Expect(page.Locator("[data-said]")).ToContainTextAsync("Stored: 1");
        await Expect(page.Locator("[data-raw]")).ToHaveCountAsync(0);
        await Expect(page.Locator(".bd-empty")).ToBeVisibleAsync();
        Assert.Equal(30.5m, (await Keys.KpisAsync(product.Folder)).GetProperty("revenue").GetDecimal());
        watched.AssertClean();
    }
}
