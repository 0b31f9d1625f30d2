using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.EndToEnd;

/// <summary>A newcomer's first minute.</summary>
public class FirstPageTests(Browser browser)
{
    [Fact]
    public async Task The_first_page_opens_clean()
    {
        await using var product = await ProductProcess.StartAsync();
        await using var page = await browser.OpenAsync(product.Address);
        await page.Page.GotoAsync("/");
        Assert.Contains("BehaviorDashboard", await page.Page.TitleAsync(), StringComparison.Ordinal);
    }
}
