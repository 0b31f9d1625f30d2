using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Ingest;

/// <summary>What PostHog's and Braze's own clients send, as they send it; and senders that retry without ids.</summary>
public sealed class OtherClientsTests(WebHost host) : IClassFixture<WebHost>
{
    private const string Form = "application/x-www-form-urlencoded";

    private Database Database => host.Services.GetRequiredService<Database>();

    [Fact]
    public async Task PostHogs_browser_client_sends_gzip_under_another_name()
    {
        using var keyed = await host.KeyClientAsync();
        var key = keyed.DefaultRequestHeaders.Authorization!.Parameter!;
        using var client = host.Client();
        var (one, two) = (Id(), Id());
        // Its own form: a list, the key and the person inside the properties, and how long ago instead of when.
        var json = $$"""
            [{"uuid":"{{one}}","event":"$pageview","properties":{"token":"{{key}}","distinct_id":"d-{{one}}","$device_id":"d-{{one}}","$current_url":"https://shop.example/"},"offset":60000},
             {"uuid":"{{two}}","event":"bought","properties":{"token":"{{key}}","distinct_id":"d-{{one}}","$device_id":"d-{{one}}","plan":"a"},"offset":3}]
            """;
        Assert.Equal(HttpStatusCode.OK, await SendAsync(client, "/e/?compression=gzip-js&ver=1.200.0&_=1", Gzip(json), "text/plain"));
        Assert.Equal(2, await CountAsync($"user_id = 'anon:d-{one}'"));
        Assert.Equal(1, await CountAsync($"message_id = '{one}' and type = 'page' and url = 'https://shop.example/' and occurred_at between received_at - interval '61 seconds' and received_at - interval '59 seconds'"));
        Assert.Equal(1, await CountAsync($"message_id = '{two}' and (properties ->> 'plan') = 'a' and (properties ->> 'token') is null"));
    }

    [Theory, InlineData("/e/?compression=base64"), InlineData("/i/v0/e/"), InlineData("/capture/?compression=gzip-js")]
    public async Task PostHogs_form_is_read(string address)
    {
        using var client = await host.KeyClientAsync();
        var id = Id();
        var json = $$"""{"uuid":"{{id}}","event":"x?>","properties":{"distinct_id":"u?>{{id}}"} }""";
        var data = Convert.ToBase64String(address.Contains("gzip", StringComparison.Ordinal) ? Gzip(json) : Encoding.UTF8.GetBytes(json));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(client, address, Encoding.UTF8.GetBytes("data=" + Uri.EscapeDataString(data) + "&ip=1"), Form));
        Assert.Equal(1, await CountAsync($"message_id = '{id}' and user_id = 'u?>{id}'"));
    }

    [Fact]
    public async Task What_is_not_packed_as_it_says_is_refused_and_a_bomb_is_too()
    {
        using var client = await host.KeyClientAsync();
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(client, "/e/?compression=gzip-js", "{}"u8.ToArray(), "text/plain"));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(client, "/e/", "data=%%%not"u8.ToArray(), Form));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(client, "/e/?compression=gzip-js", [0x1f, 0x8b, 1, 2, 3], "text/plain"));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(client, "/e/?compression=gzip-js", Gzip(new string(' ', 50_000_000)), "text/plain"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await SendAsync(client, "/e/", "a=b"u8.ToArray(), Form));
    }

    [Fact]
    public async Task Brazes_attributes_events_and_purchases_are_taken_once()
    {
        using var client = await host.KeyClientAsync();
        var user = Id();
        var body = $$"""
            {"attributes":[{"external_id":"{{user}}","email":"{{user}}@example.com","first_name":"Ada","app_id":"x","_update_existing_only":false,"club":"gold"}],
             "events":[{"external_id":"{{user}}","app_id":"x","name":"ecommerce.product_viewed","time":"2026-01-02T10:00:00:250Z","properties":{"product_id":"p1"} },
                       {"user_alias":{"alias_name":"{{user}}","alias_label":"till"},"name":"visited","time":"2026-01-02T10:00:00Z"},
                       {"external_id":"{{user}}","time":"2026-01-02T10:00:00Z"}],
             "purchases":[{"external_id":"{{user}}","product_id":"p1","currency":"USD","price":10.5,"quantity":2,"time":"2026-01-02T11:00:00Z","properties":{"color":"red"} },
                          {"external_id":"{{user}}","product_id":"p2","currency":"USD","price":4,"time":"2026-01-02T11:00:00Z"},
                          {"external_id":"{{user}}","product_id":"p2","currency":"USD","price":4,"time":"2026-01-03T11:00:00Z","properties":{"order_id":"B-{{user}}"} }]}
            """;
        for (var i = 0; i < 2; i++)
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            using var answer = await client.PostAsync(new Uri("/users/track", UriKind.Relative), content);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            var reply = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
            var error = Assert.Single(reply.GetProperty("errors").EnumerateArray());
            Assert.Equal(("success", "events", 2), (reply.GetProperty("message").GetString(), error.GetProperty("input_array").GetString(), error.GetProperty("index").GetInt32()));
        }
        Assert.Equal(1, await CountAsync($"user_id = '{user}' and name = 'Product Viewed' and product_id = 'p1'"));
        Assert.Equal(1, await CountAsync($"user_id = 'till:{user}' and name = 'visited'"));
        Assert.Equal(2, await CountAsync($"user_id = '{user}' and name = 'Order Completed' and type = 'track'"));
        Assert.Equal(1, await CountAsync($"user_id = '{user}' and order_id = 'B-{user}' and revenue = 4"));
        Assert.Equal(29m, await Database.ScalarAsync<decimal>($"select revenue from profiles where user_id = '{user}'"));
        Assert.Equal(("Ada", $"{user}@example.com", "gold"), (await Database.ScalarAsync<string>($"select name from profiles where user_id = '{user}'"),
            await Database.ScalarAsync<string>($"select email from profiles where user_id = '{user}'"), await Database.ScalarAsync<string>($"select traits ->> 'club' from profiles where user_id = '{user}'")));
    }

    [Theory, InlineData("{}"), InlineData("[]"), InlineData("""{"events":5,"purchases":[1,null],"attributes":["x"]}"""), InlineData("""{"purchases":[{"price":{},"time":7}]}""")]
    public async Task Odd_bodies_for_Braze_do_not_hurt(string body)
    {
        using var client = await host.KeyClientAsync();
        Assert.InRange((int)await SendAsync(client, "/users/track", Encoding.UTF8.GetBytes(body), "application/json"), 200, 415);
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(client, "/users/track", "{"u8.ToArray(), "application/json"));
    }

    [Fact]
    public async Task An_event_without_an_id_is_one_when_it_is_sent_again_at_its_own_time()
    {
        using var client = await host.KeyClientAsync();
        var user = Id();
        foreach (var sentAt in new[] { "2026-01-02T10:00:01Z", "2026-01-02T10:00:09Z" })
            Assert.Equal(HttpStatusCode.OK, await SendAsync(client, "/v1/batch", Encoding.UTF8.GetBytes($$"""{"batch":[{"type":"track","event":"Timed","userId":"{{user}}","timestamp":"2026-01-02T10:00:00Z","sentAt":"{{sentAt}}","properties":{"n":1} },{"type":"track","event":"Timed","userId":"{{user}}","timestamp":"2026-01-02T10:00:00Z","properties":{"n":2} },{"type":"track","event":"Untimed","userId":"{{user}}"}],"sentAt":"{{sentAt}}"}"""), "application/json"));
        Assert.Equal((2, 2), (await CountAsync($"user_id = '{user}' and name = 'Timed'"), await CountAsync($"user_id = '{user}' and name = 'Untimed'")));
    }

    private static string Id() => Guid.NewGuid().ToString("N");

    private async Task<long> CountAsync(string where) => await Database.ScalarAsync<long>($"select count(*) from events where {where}");

    private static async Task<HttpStatusCode> SendAsync(HttpClient client, string address, byte[] body, string type)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
        using var answer = await client.PostAsync(new Uri(address, UriKind.Relative), content);
        return answer.StatusCode;
    }

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var packer = new GZipStream(packed, CompressionLevel.Fastest)) packer.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
