using System.Text.RegularExpressions;
using BehaviorDashboard.Testing;
using Microsoft.Playwright;
using Xunit;

namespace BehaviorDashboard.EndToEnd;

/// <summary>Signs the first Admin in, the way a newcomer does: through the link on the console.</summary>
internal static partial class FirstAdmin
{
    public const string Email = "ada@shop.example";
    public const string Password = "correct horse battery 7";

    public static async Task SetUpAsync(ProductProcess product, IPage page)
    {
        for (var wait = 0; !Link().IsMatch(product.Output) && wait < 100; wait++) await Task.Delay(100);
        Assert.Matches(Link(), product.Output);
        await page.GotoAsync(Link().Match(product.Output).Value);
        await page.FillAsync("[name=name]", "Ada Admin");
        await page.FillAsync("[name=email]", Email);
        foreach (var box in await page.Locator("input[type=password]").AllAsync()) await box.FillAsync(Password);
        await page.ClickAsync("form[action='auth/setup'] button[type=submit]");
        await Assertions.Expect(page.Locator(".bd-frame")).ToBeVisibleAsync();
    }

    [GeneratedRegex(@"http://\S+/setup\?code=\S+")]
    private static partial Regex Link();
}
