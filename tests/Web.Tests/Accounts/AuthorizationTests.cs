using System.Net;
using System.Text.RegularExpressions;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Testing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Accounts;

/// <summary>Every route of the running product, tried as everybody. A new route is taken along by itself.</summary>
public partial class AuthorizationTests(AuthorizationTests.Host host) : IClassFixture<AuthorizationTests.Host>
{
    private static readonly string[] Everybody = ["nobody", Access.Marketer, Access.Manager, Access.Admin, Access.ScopeWrite, Access.ScopeRead, Access.ScopeAdmin];

    /// <summary>One client for each kind of caller.</summary>
    public sealed class Host : WebHost
    {
        private readonly Dictionary<string, HttpClient> _clients = [];

        public async Task<HttpClient> AsAsync(string who)
        {
            if (_clients.TryGetValue(who, out var known)) return known;
            return _clients[who] = who switch
            {
                "nobody" => Client(),
                Access.Marketer or Access.Manager or Access.Admin => await SignInAsync(who),
                _ => await KeyClientAsync(who),
            };
        }
    }

    [Fact]
    public void Every_route_names_a_policy_or_is_listed_as_public() => Assert.Equal([], host.Routes.Select(RouteRules.Problem).OfType<string>());

    [Fact]
    public async Task Every_route_lets_in_who_its_policy_names_and_nobody_else()
    {
        var wrong = new List<string>();
        var tried = 0;
        foreach (var route in host.Routes.Where(RouteRules.IsGuarded))
        {
            foreach (var who in Everybody)
            {
                var allowed = RouteRules.Policy(route) is [var policy] ? RouteRules.Allows(policy, who) : who is Access.Marketer or Access.Manager or Access.Admin;
                var passed = await PassesAsync(route, who);
                tried++;
                if (passed != allowed) wrong.Add($"{RouteRules.Path(route)} ({string.Join(", ", RouteRules.Policy(route))}) {(passed ? "lets" : "refuses")} {who}.");
            }
        }
        Assert.Empty(wrong);
        Assert.True(tried > 50, $"Only {tried} tries: the route table was not read.");
    }

    /// <summary>Whether the request reached the route. The store is this test's own, so that trying may change it.</summary>
    private async Task<bool> PassesAsync(RouteEndpoint route, string who)
    {
        var method = route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is [var first, ..] ? first : "GET";
        using var request = new HttpRequestMessage(new HttpMethod(method), Filled(route));
        request.Headers.Accept.ParseAdd("text/html");
        using var answer = await (await host.AsAsync(who)).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) return false;
        return !(answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location?.OriginalString.Contains("/login", StringComparison.Ordinal) == true);
    }

    private static string Filled(RouteEndpoint route) => Parameter().Replace(RouteRules.Path(route), m => m.Value.Contains("guid", StringComparison.Ordinal) ? Guid.Empty.ToString() : "1");

    [Fact]
    public void A_planted_route_without_a_policy_is_caught()
    {
        var planted = Planted(app => app.MapGet("/planted", () => "open door"));
        Assert.Equal("/planted names no policy.", RouteRules.Problem(planted));
    }

    [Fact]
    public void A_planted_public_route_is_caught() =>
        Assert.Equal("/planted is open to everybody, but not on the list of public routes.", RouteRules.Problem(Planted(app => app.MapGet("/planted", () => "open door").AllowAnonymous())));

    [Fact]
    public void A_planted_policy_that_has_no_effect_is_caught() =>
        Assert.Contains("has no effect", RouteRules.Problem(Planted(app => app.MapGet("/planted", () => "open door").RequireAuthorization(Access.Administer).AllowAnonymous())), StringComparison.Ordinal);

    [Fact]
    public async Task A_planted_route_without_a_policy_still_asks_for_a_session()
    {
        await using var open = new OpenDoor();
        await open.InitializeAsync();
        using var client = open.Client();
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(new Uri("/planted", UriKind.Relative))).StatusCode);
        Assert.Contains("/planted names no policy.", open.Routes.Select(RouteRules.Problem));
    }

    private sealed class OpenDoor : WebHost
    {
        protected override void ChangeRoutes(WebApplication app) => app.MapGet("/planted", () => "open door");
    }

    private static RouteEndpoint Planted(Action<WebApplication> plant)
    {
        var app = WebApplication.CreateBuilder().Build();
        plant(app);
        return ((IEndpointRouteBuilder)app).DataSources.SelectMany(d => d.Endpoints).OfType<RouteEndpoint>().Single();
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
