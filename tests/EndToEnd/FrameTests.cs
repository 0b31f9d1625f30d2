using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using BehaviorDashboard.Testing;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace BehaviorDashboard.EndToEnd;

/// <summary>What surrounds every page: theme, language, palette, and what happens when the server goes away.</summary>
public partial class FrameTests(Browser browser)
{
    [Fact]
    public async Task Theme_and_language_are_chosen_once_and_stay()
    {
        await using var product = await ProductProcess.StartAsync();
        await using var watched = await browser.OpenAsync(product.Address, dark: true);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        await page.GotoAsync("/admin/users");
        await OnceInteractiveAsync(page);
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await page.Locator("[data-theme-switch]").ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        var answer = await page.ReloadAsync();
        Assert.Contains("data-theme=\"light\"", await answer!.TextAsync(), StringComparison.Ordinal);
        await OnceInteractiveAsync(page);

        await page.Locator("summary[aria-label=Language]").ClickAsync();
        await page.Locator(".bd-top a[lang=zh-Hans]").ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "zh-Hans");
        await Expect(page.Locator("a.bd-skip")).ToHaveTextAsync("跳到正文");
    }

    [Fact]
    public async Task The_palette_opens_a_page_by_keyboard_alone()
    {
        await using var product = await ProductProcess.StartAsync();
        await using var watched = await browser.OpenAsync(product.Address);
        var page = await WithPaletteAsync(product, watched.Page);
        await page.Keyboard.TypeAsync("audit");
        await Expect(page.Locator("[role=option][aria-selected=true]")).ToContainTextAsync("Audit");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(AuditPage());
        await Expect(page.Locator(".bd-palette")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Escape_closes_the_palette_before_its_box_has_the_focus()
    {
        await using var product = await ProductProcess.StartAsync();
        await using var watched = await browser.OpenAsync(product.Address);
        var page = await WithPaletteAsync(product, watched.Page);
        await Expect(page.Locator(".bd-palette")).ToBeVisibleAsync();
        await page.EvaluateAsync("document.activeElement.blur()");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".bd-palette")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_lost_connection_hides_nothing_says_so_and_comes_back_by_itself()
    {
        var address = $"http://127.0.0.1:{FreePort()}";
        await using var product = await ProductProcess.StartAsync(null, "--urls", address);
        await using var watched = await browser.OpenAsync(new Uri(address));
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        await page.GotoAsync("/admin/users");
        await OnceInteractiveAsync(page);
        var shown = await page.Locator("main h1").First.TextContentAsync();

        await product.KillAsync();
        await Expect(page.Locator(".bd-connection")).ToBeVisibleAsync();
        await Expect(page.Locator("main h1").First).ToHaveTextAsync(shown!);
        await page.EvaluateAsync("window.before = true");

        await using var again = await ProductProcess.StartAsync(product.Folder, "--urls", address);
        // A condition waited for in the page would need eval, which the page's policy forbids.
        await UntilAsync(async () => Assert.True(await page.EvaluateAsync<bool>("window.before === undefined")));
        await Expect(page.Locator("main h1").First).ToHaveTextAsync(shown!);
        await Expect(page.Locator(".bd-connection")).Not.ToBeVisibleAsync();
    }

    /// <summary>The palette answers only once the page's connection stands.</summary>
    private static async Task<IPage> WithPaletteAsync(ProductProcess product, IPage page)
    {
        await FirstAdmin.SetUpAsync(product, page);
        await page.GotoAsync("/admin/users");
        await OnceInteractiveAsync(page);
        await page.Keyboard.PressAsync("Control+k");
        return page;
    }

    private static async Task OnceInteractiveAsync(IPage page)
    {
        await UntilAsync(async () =>
        {
            await page.Keyboard.PressAsync("Control+k");
            await Expect(page.Locator(".bd-palette")).ToBeVisibleAsync(new() { Timeout = 1000 });
        });
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".bd-palette")).ToHaveCountAsync(0);
    }

    private static async Task UntilAsync(Func<Task> attempt)
    {
        for (var left = 100; ; left--)
        {
            try
            {
                await attempt();
                return;
            }
            catch (Exception problem) when (left > 0 && problem is PlaywrightException or Xunit.Sdk.XunitException)
            {
                await Task.Delay(200);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("/admin/audit$")]
    private static partial Regex AuditPage();
}
