using BehaviorDashboard.Accounts;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Testing;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Accounts;

/// <summary>Sign-in through an identity provider, from the button to the session.</summary>
public sealed class ExternalSignInTests
{
    private static Task<WebHost> StartAsync(FakeProvider provider) => WebHost.StartAsync(new()
    {
        ["Accounts:Oidc:Authority"] = provider.Address, ["Accounts:Oidc:ClientId"] = "dashboard", ["Accounts:Oidc:ClientSecret"] = "secret", ["Accounts:Oidc:RequireHttps"] = "false",
        ["Accounts:Oidc:Name"] = "Shop ID", ["Accounts:Oidc:Roles:shop-marketing"] = Access.Marketer, ["Accounts:Oidc:Roles:shop-admins"] = Access.Admin,
    });

    /// <returns>Where the browser ended, after the product, the provider and the product again.</returns>
    private static async Task<string> WalkAsync(HttpClient client, string start)
    {
        var at = new Uri(client.BaseAddress!, start);
        for (var i = 0; i < 8; i++)
        {
            using var answer = await WebHost.PageAsync(client, at.ToString());
            if (answer.Headers.Location is not { } next) return at.PathAndQuery;
            at = new Uri(at, next);
        }
        return at.PathAndQuery;
    }

    [Fact]
    public async Task The_button_leads_to_the_provider_and_back_into_a_new_account_with_the_named_role()
    {
        await using var provider = await FakeProvider.StartAsync();
        await using var host = await StartAsync(provider);
        using var client = host.Client();
        var login = await (await WebHost.PageAsync(client, "/login")).Content.ReadAsStringAsync();
        Assert.Contains("Shop ID", login, StringComparison.Ordinal);
        Assert.Contains("auth/external?returnUrl=", login, StringComparison.Ordinal);

        provider.Claims = new() { ["email"] = "mia@shop.example", ["email_verified"] = true, ["name"] = "Mia", ["roles"] = new[] { "other", "shop-marketing" } };
        Assert.Equal("/customers", await WalkAsync(client, "/auth/external?returnUrl=%2Fcustomers"));
        await using var scope = host.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        Assert.Equal((Access.Marketer, "Mia"), (await users.FindByEmailAsync("mia@shop.example")) is { } mia ? (mia.Role, mia.Name) : default);
        using var refused = await WebHost.PageAsync(client, "/admin/users");
        Assert.NotEqual(200, (int)refused.StatusCode);
    }

    [Fact]
    public async Task An_account_keeps_its_role_and_a_stranger_is_sent_nowhere_else()
    {
        await using var provider = await FakeProvider.StartAsync();
        await using var host = await StartAsync(provider);
        provider.Claims = new() { ["email"] = WebHost.EmailOf(Access.Manager), ["email_verified"] = true, ["roles"] = "shop-admins" };
        using var client = host.Client();
        Assert.Equal("/", await WalkAsync(client, "/auth/external?returnUrl=https%3A%2F%2Fevil.example"));
        using var refused = await WebHost.PageAsync(client, "/admin/users");
        Assert.NotEqual(200, (int)refused.StatusCode);
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_after_the_provider_too()
    {
        await using var provider = await FakeProvider.StartAsync();
        await using var host = await StartAsync(provider);
        await using (var scope = host.Services.CreateAsyncScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
            var account = (await users.FindByEmailAsync(WebHost.EmailOf(Access.Admin)))!;
            var own = scope.ServiceProvider.GetRequiredService<OwnAccount>();
            Assert.NotNull(await own.NewSecretAsync(account.Id));
            Assert.False(await own.SwitchOnAsync(account.Id));
            account = (await users.FindByEmailAsync(WebHost.EmailOf(Access.Admin)))!;
            await users.GenerateNewTwoFactorRecoveryCodesAsync(account, 2);
            Assert.NotNull(await own.NewSecretAsync(account.Id));
            Assert.False(await own.SwitchOnAsync(account.Id));
            await users.GenerateNewTwoFactorRecoveryCodesAsync((await users.FindByEmailAsync(WebHost.EmailOf(Access.Admin)))!, 2);
            Assert.True(await own.SwitchOnAsync(account.Id));
        }
        provider.Claims = new() { ["email"] = WebHost.EmailOf(Access.Admin), ["email_verified"] = true };
        using var client = host.Client();
        Assert.StartsWith("/login/code", await WalkAsync(client, "/auth/external"), StringComparison.Ordinal);
        using var page = await WebHost.PageAsync(client, "/customers");
        Assert.NotEqual(200, (int)page.StatusCode);
    }

    [Theory]
    [InlineData("no role", false)]
    [InlineData("unconfirmed", false)]
    [InlineData("no address", false)]
    [InlineData("locked", false)]
    [InlineData("forged", true)]
    public async Task Who_may_not_come_in_is_told_so_and_has_no_session(string what, bool forge)
    {
        await using var provider = await FakeProvider.StartAsync();
        await using var host = await StartAsync(provider);
        provider.Forge = forge;
        provider.Claims = what switch
        {
            "no role" => new() { ["email"] = "x@shop.example", ["email_verified"] = true, ["roles"] = "guest" },
            "unconfirmed" => new() { ["email"] = WebHost.EmailOf(Access.Admin), ["email_verified"] = false },
            "no address" => new() { ["roles"] = "shop-admins" },
            _ => new() { ["email"] = WebHost.EmailOf(Access.Marketer), ["email_verified"] = true },
        };
        if (what == "locked")
        {
            await using var scope = host.Services.CreateAsyncScope();
            var service = scope.ServiceProvider.GetRequiredService<AccountsService>();
            Assert.Equal(AccountResult.Done, await service.LockAsync((await service.ListAsync()).Single(a => a.Role == Access.Marketer).Id));
        }
        using var client = host.Client();
        Assert.Equal("/login?failed=denied", await WalkAsync(client, "/auth/external"));
        using var page = await WebHost.PageAsync(client, "/customers");
        Assert.NotEqual(200, (int)page.StatusCode);
    }
}
