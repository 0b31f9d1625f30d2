using BehaviorDashboard.Accounts;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.WebTests.Demo;

public class DemoNavigationTests
{
    private sealed class DemoShopHost : WebHost
    {
        protected override bool Demo => true;

        // The demo brings its own.
        protected override bool WithPeople => false;
    }

    [Fact]
    public async Task The_demos_own_page_stands_in_the_navigation_of_the_demo_alone()
    {
        await using var demo = new DemoShopHost { Settings = { ["Demo:Scale"] = "0.01", ["Demo:BackfillDays"] = "1" } };
        await demo.InitializeAsync();
        var (email, _, _) = DemoMode.People.First(p => p.Role == Access.Admin);
        Assert.Contains("href=\"demo\"", await HomeAsync(await demo.SignInAsync(email, DemoMode.Password)), StringComparison.Ordinal);
        await using var shop = await WebHost.StartAsync();
        Assert.DoesNotContain("href=\"demo\"", await HomeAsync(await shop.SignInAsync(Access.Admin)), StringComparison.Ordinal);
    }

    private static async Task<string> HomeAsync(HttpClient client)
    {
        using (client)
        using (var answer = await WebHost.PageAsync(client, "/")) return await answer.Content.ReadAsStringAsync();
    }
}
