using System.Net;
using BehaviorDashboard.Accounts;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.WebTests.Demo;

/// <summary>What sets the demo apart from a shop of one's own.</summary>
public class DemoItselfTests
{
    private sealed class DemoShopHost : WebHost
    {
        protected override bool Demo => true;

        // The demo brings its own.
        protected override bool WithPeople => false;
    }

    [Fact]
    public async Task The_demo_has_a_page_of_its_own_and_answers_under_this_machines_names_alone()
    {
        await using var demo = new DemoShopHost { Settings = { ["Demo:Scale"] = "0.01", ["Demo:BackfillDays"] = "1" } };
        await demo.InitializeAsync();
        var (email, _, _) = DemoMode.People.First(p => p.Role == Access.Admin);
        Assert.Contains("href=\"demo\"", await HomeAsync(await demo.SignInAsync(email, DemoMode.Password)), StringComparison.Ordinal);
        using (var client = demo.Client())
        using (var request = new HttpRequestMessage(HttpMethod.Get, "/login") { Headers = { Host = "elsewhere.example" } })
        using (var answer = await client.SendAsync(request)) Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        await using var shop = await WebHost.StartAsync();
        Assert.DoesNotContain("href=\"demo\"", await HomeAsync(await shop.SignInAsync(Access.Admin)), StringComparison.Ordinal);
    }

    private static async Task<string> HomeAsync(HttpClient client)
    {
        using (client)
        using (var answer = await WebHost.PageAsync(client, "/")) return await answer.Content.ReadAsStringAsync();
    }
}
