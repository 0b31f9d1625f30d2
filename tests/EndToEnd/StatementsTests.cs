using BehaviorDashboard.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace BehaviorDashboard.EndToEnd;

/// <summary>An Admin sees what the store was slow at, as it happens.</summary>
public class StatementsTests(Browser browser)
{
    [Fact]
    public async Task What_was_slow_is_listed_in_both_languages_and_grows_while_one_looks()
    {
        await using var product = await ProductProcess.StartAsync(null, "--Storage:SlowStatementMilliseconds", "1");
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        await page.GotoAsync("/admin/statements");
        await Expect(page.Locator("[data-statement='Migrator.RunAsync']").First).ToBeVisibleAsync();
        await watched.AssertAccessibleAsync();
        await Expect(page.Locator("[data-statement='PeopleStore.NamedAsync']")).ToHaveCountAsync(0);
        await using (var other = await browser.OpenAsync(product.Address))
        {
            await other.Page.Context.AddCookiesAsync((await page.Context.CookiesAsync()).Select(c => new Microsoft.Playwright.Cookie { Name = c.Name, Value = c.Value, Domain = c.Domain, Path = c.Path }));
            await other.Page.GotoAsync("/customers?q=nobody");
        }
        await Expect(page.Locator("[data-statement='PeopleStore.NamedAsync']").First).ToContainTextAsync("people_search");
        await page.GotoAsync("/culture/zh-Hans?returnUrl=/admin/statements");
        await Expect(page.Locator("h1")).ToHaveTextAsync("慢语句");
        await watched.AssertAccessibleAsync();
        watched.AssertClean();
    }
}
