using System.Net.Http.Headers;
using System.Text;
using BehaviorDashboard.Testing;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace BehaviorDashboard.EndToEnd;

/// <summary>The loop as an admin closes it: a rule is built, seen on paper, put live, fires on real events, is approved, and undone.</summary>
public class RulesTests(Browser browser)
{
    [Fact]
    public async Task A_rule_is_built_fires_on_events_is_approved_and_undone()
    {
        await using var product = await ProductProcess.StartAsync();
        using var sender = new HttpClient { BaseAddress = product.Address };
        sender.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Keys.CreateAsync(product.Folder, "write"));
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        await page.GotoAsync("/rules");
        await Expect(page.Locator(".bd-empty h2")).ToHaveTextAsync("No rules yet");
        await watched.AssertAccessibleAsync();

        await page.GotoAsync("/rules/new");
        await Expect(page.Locator("[data-now]")).ToContainTextAsync("now");
        await page.Locator("[data-save]").ClickAsync();
        await Expect(page.Locator("[data-problems]")).ToContainTextAsync("A name of 1 to 120 characters is needed.");
        await page.Locator("[data-name]").FillAsync("Orders come in");
        await page.GetByLabel("Figure").SelectOptionAsync("shop|orders.5m");
        await page.GetByLabel("Test", new() { Exact = true }).SelectOptionAsync("Above");
        await page.GetByLabel("Threshold").FillAsync("2");
        await page.Locator("[data-action] label", new() { HasText = "message" }).Locator("input").FillAsync("It sells!");
        await page.Locator("[data-name]").ClickAsync();
        await Expect(page.Locator(".bd-lead")).ToContainTextAsync("When Orders (5m) is above 2, then tell people in the product: message “It sells!”");
        await watched.AssertAccessibleAsync();
        await page.Locator("[data-save]").ClickAsync();
        await Expect(page.Locator("[data-rule-status]")).ToHaveTextAsync("Draft");
        await page.Locator("[data-status=shadow]").ClickAsync();
        await Expect(page.Locator("[data-rule-status]")).ToHaveTextAsync("Shadow");
        await page.Locator("[data-status=live]").ClickAsync();
        await Expect(page.Locator("[data-rule-status]")).ToHaveTextAsync("Live");

        await SendOrdersAsync(sender, 3);
        await Expect(page.Locator("[data-firings] tbody tr")).ToHaveCountAsync(1, new() { Timeout = 20_000 });
        await Expect(page.Locator("[data-firings]")).ToContainTextAsync("Waits for approval");
        await page.GotoAsync("/");
        await Expect(page.Locator("[data-attention]")).ToContainTextAsync("A rule waits for your approval: Orders come in");
        await page.Locator("[data-attention] a").First.ClickAsync();
        await page.Locator("[data-approve]").ClickAsync();
        await Expect(page.Locator("[data-entry]")).ToContainTextAsync("Done", new() { Timeout = 20_000 });
        await watched.AssertAccessibleAsync();
        await page.GotoAsync("/rules");
        await Expect(page.Locator("[data-notices]")).ToContainTextAsync("It sells!");

        await page.GotoAsync("/rules/ledger");
        await page.Locator("[data-undo]").ClickAsync();
        await Expect(page.Locator("[data-undo-preview]")).ToContainTextAsync("This will be put back");
        await page.Locator("[data-undo-now]").ClickAsync();
        await Expect(page.Locator("[data-entry]")).ToContainTextAsync("Undone by");
        await page.GotoAsync("/rules");
        await Expect(page.Locator("[data-rules]")).ToBeVisibleAsync();
        await Expect(page.Locator("[data-notices]")).ToHaveCountAsync(0);
        watched.AssertClean();
    }

    private static async Task SendOrdersAsync(HttpClient sender, int count)
    {
        var events = string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"type":"track","event":"Order Completed","userId":"u{{i}}","messageId":"o-{{i}}","properties":{"order_id":"{{i}}","revenue":20,"currency":"USD"} }"""));
        using var answer = await sender.PostAsync(new Uri("/v1/batch", UriKind.Relative), new StringContent($"{{\"batch\":[{events}]}}", Encoding.UTF8, "application/json"));
        answer.EnsureSuccessStatusCode();
    }
}
