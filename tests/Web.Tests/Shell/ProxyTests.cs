using BehaviorDashboard.Testing;
using Microsoft.Extensions.Options;
using Xunit;

namespace BehaviorDashboard.WebTests.Shell;

/// <summary>A reverse proxy ends TLS in front of the product.</summary>
public class ProxyTests
{
    public static TheoryData<bool, string?, bool> Setups => new()
    {
        { true, null, true },
        { true, "127.0.0.0/8", true },
        { true, "10.9.8.7", false },
        { true, "10.9.8.0/24", false },
        { false, null, false },
    };

    [Theory, MemberData(nameof(Setups))]
    public async Task Only_a_known_proxy_is_believed_that_the_visitor_came_by_https(bool behind, string? known, bool believed)
    {
        var settings = new Dictionary<string, string> { ["Web:BehindProxy"] = behind.ToString() };
        if (known is not null) settings["Web:KnownProxies:0"] = known;
        await using var host = await WebHost.StartAsync(settings);
        using var client = host.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/login");
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "dashboard.shop.example");
        using var answer = await client.SendAsync(request);
        Assert.Equal(believed, answer.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task A_proxy_that_is_no_address_stops_the_start_with_its_key()
    {
        var problem = await Assert.ThrowsAnyAsync<Exception>(() => WebHost.StartAsync(new() { ["Web:BehindProxy"] = "true", ["Web:KnownProxies:0"] = "the proxy" }));
        Assert.Contains("Web:KnownProxies: 'the proxy'", (problem as OptionsValidationException ?? problem.GetBaseException()).Message, StringComparison.Ordinal);
    }
}
