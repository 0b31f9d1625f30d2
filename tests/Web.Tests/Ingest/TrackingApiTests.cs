using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Ingest;

/// <summary>The tracking API as a sender meets it, at its edges.</summary>
public sealed class TrackingApiTests(WebHost host) : IClassFixture<WebHost>
{
    public static TheoryData<string> Bad =>
    [
        "5", "null", "\"text\"", "[]", "{}", "{\"type\":\"track\"}",
        "{\"type\":\"track\",\"event\":\"X\"}", "{\"type\":5,\"event\":{},\"userId\":[]}",
        "{\"type\":\"track\",\"event\":\"X\",\"userId\":\"u\",\"timestamp\":\"yesterday\"}",
        "{\"type\":\"track\",\"event\":\"Order Completed\",\"userId\":\"u\",\"properties\":{\"revenue\":\"lots\"}}",
        "{\"type\":\"track\",\"event\":\"Order Completed\",\"userId\":\"u\",\"properties\":{\"revenue\":1e40}}",
        "{\"type\":\"track\",\"event\":\"X\",\"userId\":\"u\",\"properties\":" + string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200) + "}",
        "{\"type\":\"track\",\"event\":\"X\",\"userId\":\"u\",\"properties\":{\"a\":\"" + new string('x', 33_000) + "\"}}",
    ];

    /// <summary>Odd, but to be stored.</summary>
    public static TheoryData<string> Odd =>
    [
        "{\"type\":\"identify\",\"userId\":\"odd1\",\"traits\":{\"a\":1,\"a\":2}}",
        "{\"type\":\"identify\",\"userId\":\"odd2\",\"traits\":{\"name\":\"\\u0000x\\ud800\",\"email\":\"a\\u0000@b.example\"}}",
        "{\"type\":\"identify\",\"userId\":\"odd3\",\"traits\":[1]}",
        "{\"type\":\"identify\",\"userId\":\"odd4\",\"traits\":\"text\"}",
        "{\"type\":\"identify\",\"userId\":\"odd5\",\"traits\":{\"\\ud800\":\"\\udfff\",\"b\":{\"c\":1,\"c\":2}}}",
        "{\"type\":\"track\",\"event\":\"X\\u0000\\ud83d\",\"userId\":\"o\\u0000dd\",\"properties\":{\"x\":\"\\ud800\\u0000\",\"y\":{\"\\u0000\":[\"\\udc00\"]}}}",
        "{\"type\":\"track\",\"event\":\"X\",\"userId\":\"odd6\",\"type\":\"track\",\"properties\":{\"x\":1,\"x\":2},\"properties\":{\"z\":1}}",
        "{\"type\":\"track\",\"event\":\"X\",\"userId\":12345678901234567890,\"timestamp\":-62135596800000}",
        "{\"type\":\"track\",\"event\":\"X\",\"userId\":\"odd7\",\"timestamp\":\"9999-12-31T23:59:59Z\",\"sentAt\":\"0001-01-01T00:00:00Z\"}",
    ];

    [Theory, MemberData(nameof(Bad))]
    public async Task A_bad_event_is_named_and_its_neighbours_are_stored(string bad)
    {
        var (first, last) = (Id(), Id());
        var (status, answer) = await SendAsync($"{{\"batch\":[{Good(first)},{bad},{Good(last)}]}}");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(1, answer.GetProperty("errors")[0].GetProperty("index").GetInt32());
        Assert.Equal(1, answer.GetProperty("errors").GetArrayLength());
        Assert.Equal(2, await CountAsync(first, last));
    }

    public static TheoryData<string> Addresses => ["/v1/batch", "/v1/track", "/v1/import", "/v1/t", "/v1/b", "/batch", "/i/v0/e"];

    /// <summary>sendBeacon sends text/plain, some senders nothing at all: what counts is that the body is JSON.</summary>
    [Theory, MemberData(nameof(Addresses))]
    public async Task Every_address_takes_json_under_any_name_but_a_form(string address)
    {
        using var client = await host.KeyClientAsync();
        foreach (var type in new[] { "application/json", "text/plain", "text/plain;charset=UTF-8", "application/x-ndjson", null })
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(type, Event()));
            Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(type, "{"));
        }
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await StatusAsync("application/x-www-form-urlencoded", Event()));

        string Event() => $$"""{"type":"track","event":"X","userId":"u","distinct_id":"u","messageId":"{{Guid.NewGuid():N}}"}""";

        async Task<HttpStatusCode> StatusAsync(string? type, string body)
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (type is not null) content.Headers.TryAddWithoutValidation("Content-Type", type);
            using var answer = await client.PostAsync(new Uri(address, UriKind.Relative), content);
            return answer.StatusCode;
        }
    }

    [Theory, MemberData(nameof(Odd))]
    public async Task An_odd_event_is_stored_with_its_neighbours(string odd)
    {
        var (first, last) = (Id(), Id());
        var (status, answer) = await SendAsync($"{{\"batch\":[{Good(first)},{odd},{Good(last)}]}}");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True(answer.GetProperty("success").GetBoolean());
        Assert.Equal(2, await CountAsync(first, last));
        // Whatever came in can be asked again.
        await host.Services.GetRequiredService<Database>().ScalarAsync<long>("select count(*) from events where (properties ->> 'x') = 'nothing' or (properties ->> 'y') = ''");
        await host.Services.GetRequiredService<Database>().ScalarAsync<long>("select count(*) from profiles where (traits ->> 'name') = 'nothing'");
    }

    [Fact]
    public async Task Bytes_that_are_no_text_do_not_hurt()
    {
        var id = Id();
        var body = Encoding.UTF8.GetBytes($"{{\"batch\":[{Good(id)},{{\"type\":\"track\",\"event\":\"Q?\",\"userId\":\"q?\",\"properties\":{{\"a\":\"q?\"}}}}]}}");
        for (var i = 0; i < body.Length; i++) if (body[i] == (byte)'?') body[i] = 0xff;
        var (status, _) = await SendAsync(new ByteArrayContent(body));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(1, await CountAsync(id));
    }

    [Fact]
    public async Task A_byte_order_mark_before_the_JSON_is_passed_over()
    {
        var id = Id();
        var (status, _) = await SendAsync(new ByteArrayContent([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($"{{\"batch\":[{Good(id)}]}}")]));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(1, await CountAsync(id));
    }

    [Theory, InlineData("{\"batch\":[\n{]}", "line 2"), InlineData("", "line 1"), InlineData("{\"batch\":[]} x", "line 1"), InlineData("nonsense", "line 1")]
    public async Task Malformed_JSON_is_400_with_its_place(string body, string place)
    {
        var (status, answer) = await SendAsync(body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(place, answer.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory, InlineData("gzip"), InlineData("deflate"), InlineData("br")]
    public async Task Compressed_bodies_are_read_and_bombs_are_not(string encoding)
    {
        var id = Id();
        var (status, _) = await SendAsync(Compressed($"{{\"batch\":[{Good(id)}]}}", encoding));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(1, await CountAsync(id));
        Assert.InRange((int)(await SendAsync(Compressed(new string(' ', 200_000_000), encoding))).Status, 400, 413);
    }

    [Fact]
    public async Task Limits_answer_400()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync($"{{\"batch\":[{string.Join(',', Enumerable.Range(0, 2_501).Select(_ => "{}"))}]}}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync("{\"batch\":[]," + new string(' ', 513_000) + "\"a\":1}")).Status);
    }

    [Fact]
    public async Task Sending_again_changes_nothing()
    {
        var id = Id();
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, (await SendAsync($"{{\"batch\":[{Good(id)},{Good(id)}]}}")).Status);
        Assert.Equal(1, await CountAsync(id));
    }

    [Fact]
    public async Task A_page_of_any_origin_may_send_but_not_with_cookies()
    {
        using var client = host.Client();
        using var ask = new HttpRequestMessage(HttpMethod.Options, "/v1/batch");
        ask.Headers.Add("Origin", "https://shop.example");
        ask.Headers.Add("Access-Control-Request-Method", "POST");
        ask.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        using var answer = await client.SendAsync(ask);
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task Named_origins_may_send_and_others_may_not()
    {
        await using var narrow = await WebHost.StartAsync(new() { ["Ingest:Origins:0"] = "https://shop.example" });
        using var client = narrow.Client();
        foreach (var (origin, allowed) in new[] { ("https://shop.example", true), ("https://evil.example", false) })
        {
            using var ask = new HttpRequestMessage(HttpMethod.Options, "/v1/batch");
            ask.Headers.Add("Origin", origin);
            ask.Headers.Add("Access-Control-Request-Method", "POST");
            using var answer = await client.SendAsync(ask);
            Assert.Equal(allowed, answer.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    private static string Id() => Guid.NewGuid().ToString("N");

    private static string Good(string id) => $"{{\"type\":\"track\",\"event\":\"Tried\",\"userId\":\"neighbour\",\"messageId\":\"{id}\"}}";

    private Task<(HttpStatusCode Status, JsonElement Answer)> SendAsync(string json) => SendAsync(new StringContent(json, Encoding.UTF8, "application/json"));

    private async Task<(HttpStatusCode Status, JsonElement Answer)> SendAsync(HttpContent content)
    {
        using var client = await host.KeyClientAsync();
        using var answer = await client.PostAsync(new Uri("/v1/batch", UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    private static ByteArrayContent Compressed(string text, string encoding)
    {
        using var packed = new MemoryStream();
        using (Stream packer = encoding switch { "gzip" => new GZipStream(packed, CompressionLevel.Fastest), "br" => new BrotliStream(packed, CompressionLevel.Fastest), _ => new ZLibStream(packed, CompressionLevel.Fastest) })
            packer.Write(Encoding.UTF8.GetBytes(text));
        return new ByteArrayContent(packed.ToArray()) { Headers = { ContentEncoding = { encoding } } };
    }

    private async Task<long> CountAsync(params string[] ids) =>
        await host.Services.GetRequiredService<Database>().ScalarAsync<long>("select count(*) from events where message_id = any(@Ids)", new { Ids = SqlList.Of(ids) });
}
