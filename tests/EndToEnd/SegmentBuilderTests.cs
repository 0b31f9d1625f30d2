using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using BehaviorDashboard.Testing;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace BehaviorDashboard.EndToEnd;

/// <summary>The builder without a mouse, and clusters from training to a segment.</summary>
public class SegmentBuilderTests(Browser browser)
{
    [Fact]
    public async Task A_segment_is_built_nested_reordered_reloaded_saved_archived_and_brought_back_by_keyboard_alone()
    {
        await using var product = await ProductProcess.StartAsync();
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        await page.GotoAsync("/segments/new");
        await Expect(page.Locator("[data-count]")).ToHaveTextAsync("0");

        await TypeAsync(page, page.Locator("[data-name]"), "By keyboard");
        await PressAsync(page, page.Locator("[data-add=sequence]"));
        var sequence = page.Locator("[data-condition=sequence]");
        await Expect(sequence).ToBeFocusedAsync();
        // The second step of the sequence takes conditions of its own.
        await PressAsync(page, sequence.Locator("[data-add-filter]").Last);
        await TypeAsync(page, sequence.Locator("[data-filter] input").First, "category");
        await TypeAsync(page, sequence.Locator("[data-filter] input").Last, "shoes");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator(".bd-lead")).ToContainTextAsync("“Order Completed” (category is shoes)");

        await PressAsync(page, sequence.Locator("[data-wrap]"));
        await Expect(page.Locator(".seg-group .seg-group [data-condition=sequence]")).ToBeFocusedAsync();
        await PressAsync(page, sequence.Locator("[data-up]"));
        await Expect(page.Locator(".seg-group")).ToHaveCountAsync(1);
        await PressAsync(page, sequence.Locator("[data-up]"));
        await Expect(page.Locator("[data-condition]").First).ToHaveAttributeAsync("data-condition", "sequence");
        await PressAsync(page, page.Locator("[data-condition=did] [data-remove]"));
        await Expect(page.Locator("[data-condition]")).ToHaveCountAsync(1);
        await watched.AssertAccessibleAsync();

        // What is not saved survives a reload.
        await page.ReloadAsync();
        await Expect(page.Locator("[data-brought]")).ToBeVisibleAsync();
        await Expect(page.Locator("[data-name]")).ToHaveValueAsync("By keyboard");
        await Expect(page.Locator("[data-condition]")).ToHaveCountAsync(1);
        await Expect(page.Locator(".bd-lead")).ToContainTextAsync("category is shoes");
        await PressAsync(page, page.Locator("[data-save]"));
        await Expect(page.Locator("h1")).ToHaveTextAsync("By keyboard");
        await PressAsync(page, page.Locator("[data-set=archived]"));
        await PressAsync(page, page.Locator("[data-set=draft]"));
        await PressAsync(page, page.Locator("[data-set=active]"));
        await Expect(page.Locator("[data-size]")).ToHaveTextAsync("0");
        await page.GotoAsync("/segments/new");
        await Expect(page.Locator("[data-count]")).ToHaveTextAsync("0");
        await Expect(page.Locator("[data-brought]")).ToHaveCountAsync(0);
        watched.AssertClean();
    }

    [Fact]
    public async Task Clusters_are_trained_named_and_made_a_segment()
    {
        await using var product = await ProductProcess.StartAsync();
        using var client = new HttpClient { BaseAddress = product.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Keys.CreateAsync(product.Folder, "write"));
        await SendShoppersAsync(client);
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        await page.GotoAsync("/segments/clusters");
        await page.Locator("[data-train]").ClickAsync();
        var rows = page.Locator("[data-clusters] tbody tr");
        await Expect(rows.First).ToBeVisibleAsync(new() { Timeout = 180_000 });
        await rows.First.GetByRole(AriaRole.Button, new() { Name = "Rename", Exact = true }).ClickAsync();
        await rows.First.Locator("input").FillAsync("Our regulars");
        await rows.First.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(rows.First).ToContainTextAsync("Our regulars");
        await watched.AssertAccessibleAsync();
        await rows.First.Locator("[data-segment]").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Our regulars");
        await Expect(page.Locator("[data-size]")).Not.ToHaveTextAsync("–");
        watched.AssertClean();
    }

    /// <summary>Two kinds of buyers: often and little, seldom and much.</summary>
    private static async Task SendShoppersAsync(HttpClient client)
    {
        var now = DateTimeOffset.UtcNow;
        var events = new List<string>();
        for (var person = 0; person < 240; person++)
        {
            var often = person % 2 == 0;
            for (var order = 0; order < (often ? 12 + person % 5 : 1 + person % 2); order++)
                events.Add(string.Create(CultureInfo.InvariantCulture, $$"""{"type":"track","event":"Order Completed","userId":"s{{person}}","messageId":"s{{person}}-{{order}}","timestamp":"{{now.AddDays(-(often ? 2 + order * 9 : 150 + person)):O}}","properties":{"order_id":"s{{person}}-{{order}}","revenue":{{(often ? 20 + person % 7 : 300 + person)}},"currency":"USD"} }"""));
        }
        foreach (var batch in events.Chunk(300))
        {
            using var answer = await client.PostAsync(new Uri("/v1/batch", UriKind.Relative), new StringContent($"{{\"batch\":[{string.Join(',', batch)}]}}", Encoding.UTF8, "application/json"));
            answer.EnsureSuccessStatusCode();
        }
    }

    private static async Task PressAsync(IPage page, ILocator control)
    {
        await TabToAsync(page, control);
        await page.Keyboard.PressAsync("Enter");
    }

    private static async Task TypeAsync(IPage page, ILocator control, string text)
    {
        await TabToAsync(page, control);
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.TypeAsync(text);
    }

    /// <summary>Goes on with Tab until the control has the focus, as somebody without a mouse does.</summary>
    private static async Task TabToAsync(IPage page, ILocator control)
    {
        await Expect(control).ToBeEnabledAsync();
        for (var i = 0; i < 150; i++)
        {
            if (await control.EvaluateAsync<bool>("e => e === document.activeElement")) return;
            await page.Keyboard.PressAsync("Tab");
        }
        Assert.Fail($"{control} cannot be reached by Tab.");
    }
}
