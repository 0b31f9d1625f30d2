using System.Net;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.WebTests.Accounts;

/// <summary>Signing in and out through the real forms.</summary>
public class SignInTests(WebHost host) : IClassFixture<WebHost>
{
    private static readonly Dictionary<string, string> Right = new() { ["email"] = WebHost.EmailOf(Access.Marketer), ["password"] = WebHost.Password };

    [Theory]
    [InlineData(Access.Marketer)]
    [InlineData(Access.Manager)]
    [InlineData(Access.Admin)]
    public async Task Each_role_signs_in_and_out(string role)
    {
        using var client = await host.SignInAsync(role);
        using var signedOut = await WebHost.PostFormAsync(client, "/login", "/auth/logout", []);
        Assert.Equal("/login", signedOut.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        using var client = host.Client();
        using var answer = await client.PostAsync(new Uri("/auth/login", UriKind.Relative), new FormUrlEncodedContent(Right));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    public async Task Signing_in_never_leaves_the_product(string target)
    {
        using var client = host.Client();
        using var answer = await WebHost.PostFormAsync(client, "/login", "/auth/login", new(Right) { ["returnUrl"] = target });
        Assert.Equal("/", answer.Headers.Location?.OriginalString);
    }
}
