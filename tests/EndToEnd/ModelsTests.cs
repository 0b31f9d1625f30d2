using System.Globalization;
using System.Text;
using BehaviorDashboard.Testing;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace BehaviorDashboard.EndToEnd;

/// <summary>A shop that is no demo: too few buyers, then enough; trained by a click, looked at, rolled back.</summary>
public class ModelsTests(Browser browser)
{
    [Fact]
    public async Task A_shop_with_too_few_buyers_is_told_so_and_with_enough_gets_models_with_cards()
    {
        await using var product = await ProductProcess.StartAsync();
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        await ImportAsync(product, "few.csv", 0, 20);
        await page.GotoAsync("/predictions");
        await Expect(page.Locator(".bd-empty")).ToContainTextAsync("20");
        await Expect(page.Locator("[data-train]")).ToHaveCountAsync(0);
        await page.GotoAsync("/models");
        var value = page.Locator("[data-kinds] tr", new() { HasText = "Customer value and next order" });
        await value.GetByRole(AriaRole.Button, new() { Name = "Train" }).ClickAsync();
        await Expect(page.Locator("[data-jobs] tbody tr").First).ToContainTextAsync("20 people have ordered so far; 50 are needed.", new() { Timeout = 60_000 });
        await watched.AssertAccessibleAsync();

        await ImportAsync(product, "more.csv", 20, 70);
        await value.GetByRole(AriaRole.Button, new() { Name = "Train" }).ClickAsync();
        await Expect(value.GetByRole(AriaRole.Link)).ToContainTextAsync("1", new() { Timeout = 60_000 });
        await value.Locator("select").SelectOptionAsync("7");
        await page.ReloadAsync();
        await Expect(value.Locator("select")).ToHaveValueAsync("7");
        await value.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.Locator("[data-card]")).ToContainTextAsync("orders");
        await Expect(page.Locator("[data-measures] tbody tr").First).ToBeVisibleAsync();
        await watched.AssertAccessibleAsync();

        await page.GotoAsync("/predictions");
        await Expect(page.Locator("[data-models] tbody tr")).ToHaveCountAsync(6);
        await Expect(page.Locator("[data-train]")).ToBeEnabledAsync();
        await Expect(page.Locator(".bd-kpis")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await watched.AssertAccessibleAsync();
        watched.AssertClean();
    }

    /// <summary>Everybody orders every two or four weeks for half a year.</summary>
    private static async Task ImportAsync(ProductProcess product, string name, int from, int to)
    {
        var lines = new StringBuilder("order_id,date,customer_id,product_id,quantity,price\n");
        var today = DateTime.UtcNow.Date;
        for (var person = from; person < to; person++)
            for (var day = 180 - person % 13; day > 2; day -= person % 2 == 0 ? 14 : 28)
                lines.Append(CultureInfo.InvariantCulture, $"o{person}-{day},{today.AddDays(-day):yyyy-MM-dd},c{person},p{(person + day) % 9},1,{10 + (person * 7 + day) % 20}.00\n");
        var file = Path.Combine(product.Folder, name);
        await File.WriteAllTextAsync(file, lines.ToString());
        var (exitCode, output, errors) = await ProductProcess.RunAsync(product.Folder, "import", "mapped", file, "--as", "orders", "--map", "order_id=order_id,date=date,customer_id=customer_id,product_id=product_id,quantity=quantity,price=price");
        Assert.True(exitCode == 0, output + errors);
    }
}
