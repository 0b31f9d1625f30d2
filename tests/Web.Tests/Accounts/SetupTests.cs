using System.Net;
using BehaviorDashboard.Accounts;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Accounts;

/// <summary>The first start, when nobody can sign in.</summary>
public class SetupTests(SetupTests.Empty host) : IClassFixture<SetupTests.Empty>
{
    public class Empty : WebHost
    {
        protected override bool WithPeople => false;
    }

    [Fact]
    public async Task The_printed_link_makes_one_admin_and_closes_for_good()
    {
        var code = host.Services.GetRequiredService<SetupGate>().NewCode();
        using var visitor = host.Client();
        using var anyPage = await WebHost.PageAsync(visitor, "/admin/users");
        Assert.Equal("/setup", anyPage.Headers.Location?.OriginalString);
        using var login = await WebHost.PageAsync(visitor, "/login");
        Assert.EndsWith("/setup", login.Headers.Location?.OriginalString, StringComparison.Ordinal);
        Assert.DoesNotContain("<form", await (await WebHost.PageAsync(visitor, "/setup")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("<form", await (await WebHost.PageAsync(visitor, "/setup?code=" + new string('A', 43))).Content.ReadAsStringAsync(), StringComparison.Ordinal);

        // Two people with the code post at the same moment, twice over: one Admin comes out.
        var page = $"/setup?code={code}";
        var posts = await Task.WhenAll(Enumerable.Range(0, 4).Select(async n =>
        {
            var client = host.Client();
            return await WebHost.PostFormAsync(client, page, "/auth/setup", new()
            {
                ["code"] = code, ["email"] = $"first{n}@shop.example", ["name"] = $"First {n}", ["password"] = WebHost.Password, ["repeat"] = WebHost.Password,
            });
        }));
        Assert.All(posts, p => Assert.Equal(HttpStatusCode.Redirect, p.StatusCode));
        Assert.Single(posts, p => p.Headers.Location?.OriginalString == "/");
        await using var scope = host.Services.CreateAsyncScope();
        Assert.Equal(Access.Admin, Assert.Single(await scope.ServiceProvider.GetRequiredService<AccountsService>().ListAsync()).Role);

        using var closed = await WebHost.PageAsync(visitor, page);
        Assert.EndsWith("/login", closed.Headers.Location?.OriginalString, StringComparison.Ordinal);
    }
}
