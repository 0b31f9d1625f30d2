using BehaviorDashboard.Accounts;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Testing;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Accounts;

/// <summary>Demo accounts: everybody's password, so nowhere but in a demo.</summary>
public class DemoAccountsTests
{
    [Fact]
    public async Task Outside_the_demo_a_demo_account_cannot_sign_in()
    {
        await using var host = await WebHost.StartAsync();
        await using var scope = host.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var (email, name, role) = DemoMode.People[2];
        Assert.Equal(Access.Admin, role);
        await users.CreateAsync(new Account { Email = email, Name = name, Role = role, Demo = true, CreatedAt = DateTimeOffset.UtcNow }, DemoMode.Password);
        using var client = host.Client();
        using var answer = await WebHost.PostFormAsync(client, "/login", "/auth/login", new() { ["email"] = email, ["password"] = DemoMode.Password });
        Assert.StartsWith("/login?failed", answer.Headers.Location?.OriginalString, StringComparison.Ordinal);
        Assert.DoesNotContain(DemoMode.Password, await (await WebHost.PageAsync(client, "/login")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
