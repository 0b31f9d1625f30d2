using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Recommendations;

/// <summary>Lists over HTTP, as a shop's server and a shopper's browser meet them.</summary>
public sealed class RecommendationsApiTests(WebHost host) : IClassFixture<WebHost>
{
    private const string Servers = "/v1/recommendations?", Browsers = "/v1/shop/recommendations?";

    [Fact]
    public async Task Clicks_of_a_visitor_change_their_next_list_and_what_was_seen_comes_back_by_its_id()
    {
        await host.Services.GetRequiredService<IProductCatalog>().UpsertAsync([.. Enumerable.Range(0, 20).Select(n => new ProductFact($"p{n}", n < 10 ? $"Tea {n} green" : $"Hammer {n} steel", n < 10 ? "Tea" : "Tools", null, 10, 5, "USD", 9))], "test", false, default);
        await host.Services.GetRequiredService<BehaviorDashboard.Recommendations.ShelfKeeper>().RefreshAsync();
        using var shop = await host.KeyClientAsync(Access.ScopeWrite);
        var before = await JsonAsync(shop, Browsers + "anonymous_id=d1&limit=5&placement=home");
        Assert.False(before.GetProperty("personal").GetBoolean());

        foreach (var product in new[] { "p12", "p14", "p16" })
        {
            using var sent = await shop.PostAsJsonAsync("/v1/track", new { type = "track", @event = "Product Viewed", anonymousId = "d1", messageId = "m" + product, properties = new { product_id = product } });
            sent.EnsureSuccessStatusCode();
        }
        JsonElement after = default;
        for (var wait = 0; wait < 100; wait++)
        {
            after = await JsonAsync(shop, Browsers + "anonymous_id=d1&limit=5&placement=home");
            if (after.GetProperty("personal").GetBoolean() && after.GetProperty("items").EnumerateArray().All(i => i.GetProperty("category").GetString() == "Tools")) break;
            await Task.Delay(100);
        }

        Assert.All(after.GetProperty("items").EnumerateArray(), i => Assert.Equal("Tools", i.GetProperty("category").GetString()));
        Assert.StartsWith("home.for_you.", after.GetProperty("recommendation_id").GetString(), StringComparison.Ordinal);
        Assert.Contains("Because you viewed Hammer", after.GetProperty("items")[0].GetProperty("reason").GetProperty("en").GetString(), StringComparison.Ordinal);
        Assert.Contains("因为您浏览过", after.GetProperty("items")[0].GetProperty("reason").GetProperty("zh").GetString(), StringComparison.Ordinal);
        using var server = await host.KeyClientAsync(Access.ScopeRead);
        Assert.Equal(5, (await JsonAsync(server, Servers + "anonymous_id=d1&limit=5&explain=true")).GetProperty("items").GetArrayLength());
        Assert.Equal("similar", (await JsonAsync(server, Servers + "product_id=p3")).GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData("kind=other")]
    [InlineData("kind=similar")]
    [InlineData("limit=0")]
    [InlineData("limit=51")]
    [InlineData("limit=many")]
    [InlineData("placement=Home%20Page")]
    [InlineData("placement=")]
    public async Task What_cannot_be_asked_is_said(string query)
    {
        using var server = await host.KeyClientAsync(Access.ScopeRead);
        using var answer = await server.GetAsync(new Uri(Servers + query, UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_write_key_never_asks_by_user_and_never_reads_the_servers_address()
    {
        using var shop = await host.KeyClientAsync(Access.ScopeWrite);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(shop, Browsers + "user_id=u1"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(shop, Browsers + "user_id="));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(shop, Servers + "user_id=u1"));
        using var nobody = host.Client();
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(nobody, Browsers));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(nobody, Servers));
        using var reader = await host.KeyClientAsync(Access.ScopeRead);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(reader, Browsers));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(reader, Servers + "user_id=anon:d1"));
    }

    [Fact]
    public async Task Pages_of_any_origin_may_ask_without_credentials_and_the_script_is_open_to_all()
    {
        using var client = host.Client();
        using var ask = new HttpRequestMessage(HttpMethod.Options, Browsers);
        ask.Headers.Add("Origin", "https://shop.example");
        ask.Headers.Add("Access-Control-Request-Method", "GET");
        ask.Headers.Add("Access-Control-Request-Headers", "authorization");
        using var allowed = await client.SendAsync(ask);
        Assert.Equal("*", allowed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(allowed.Headers.Contains("Access-Control-Allow-Credentials"));
        using var script = await client.GetAsync(new Uri("/js/recommend.js", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, script.StatusCode);
    }

    [Fact]
    public async Task An_address_that_asks_too_often_is_told_to_wait()
    {
        await using var small = await WebHost.StartAsync(new() { ["Recommendations:ShopRequestsPerSecond"] = "1", ["Recommendations:ShopBurst"] = "3" });
        using var shop = await small.KeyClientAsync(Access.ScopeWrite);
        var statuses = new List<HttpStatusCode>();
        for (var n = 0; n < 8; n++) statuses.Add(await StatusAsync(shop, Browsers + "anonymous_id=d1"));
        Assert.Equal(HttpStatusCode.OK, statuses[0]);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }

    private static async Task<JsonElement> JsonAsync(HttpClient client, string address) => JsonDocument.Parse(await client.GetStringAsync(new Uri(address, UriKind.Relative))).RootElement;

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string address)
    {
        using var answer = await client.GetAsync(new Uri(address, UriKind.Relative));
        return answer.StatusCode;
    }
}
