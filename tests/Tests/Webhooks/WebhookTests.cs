using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Testing;
using BehaviorDashboard.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Webhooks;

/// <summary>Messages to a real HTTP server: signed, tried again, resumed, put aside, sent again, and never into the shop's own network.</summary>
public sealed class WebhookTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private sealed record World(TestStore Store, FakeTimeProvider Time, Receiver Receiver) : IAsyncDisposable
    {
        public WebhookService Webhooks => Store.Services.GetRequiredService<WebhookService>();

        public Task<int> SendAsync() => Store.Services.GetRequiredService<WebhookSender>().SendDueAsync();

        public async Task<(WebhookEndpoint Endpoint, string Secret)> AddAsync(string path = "/hook")
        {
            var added = await Webhooks.AddAsync("test:1", new Uri(Receiver.Address, path).ToString());
            Assert.Null(added.Problem);
            return (added.Endpoint!, added.Secret!);
        }

        public Task TellAsync(string body, bool inOrder = false) => Store.Database.WriteAsync(session => Webhooks.EnqueueAsync(session, "test:1", new WebhookMessage("test.happened", body) { InOrder = inOrder }));

        public async Task<WebhookDelivery> OnlyAsync(WebhookEndpoint endpoint) => Assert.Single(await Webhooks.DeliveriesAsync(endpoint.Id, null, 10));

        public async ValueTask DisposeAsync()
        {
            await Store.DisposeAsync();
            await Receiver.DisposeAsync();
        }
    }

    private static async Task<World> OpenAsync(Engine engine, string inside = "127.0.0.1", int attempts = 4)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var time = new FakeTimeProvider(Make.Noon);
        var settings = new Dictionary<string, string?> { ["Webhooks:InsideHosts:0"] = inside, ["Webhooks:Attempts"] = attempts.ToString(CultureInfo.InvariantCulture), ["Webhooks:TimeoutSeconds"] = "5" };
        var store = await TestStore.OpenAsync(engine, [new WebhooksModule()], time, s => s.AddSingleton<IAuditLog, NoAudit>(), settings);
        return new World(store, time, await Receiver.StartAsync());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_message_arrives_once_signed_as_Standard_Webhooks_say(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        var (endpoint, secret) = await w.AddAsync();
        await w.TellAsync("""{"hello":"你好"}""");
        Assert.Equal((1, 0), (await w.SendAsync(), await w.SendAsync()));
        var got = Assert.Single(w.Receiver.Requests);
        Assert.Equal(("/hook", """{"hello":"你好"}"""), (got.Path, got.Body));
        Assert.Equal(w.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), got.Headers["webhook-timestamp"]);
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var expected = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{got.Headers["webhook-id"]}.{got.Headers["webhook-timestamp"]}.{got.Body}")));
        Assert.Equal("v1," + expected, got.Headers["webhook-signature"]);
        var delivery = await w.OnlyAsync(endpoint);
        Assert.Equal(("delivered", 1, 200, got.Headers["webhook-id"]), (delivery.State, delivery.Attempts, delivery.Status, delivery.MessageId));
        Assert.Equal(0L, await w.Store.Database.ScalarAsync<long>("select count(*) from webhook_messages where body is not null"));
    }

    /// <summary>The specification's own example.</summary>
    [Fact]
    public void The_signature_of_the_specification_s_example_is_reproduced() => Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSignature.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), """{"test": 2432232314}"""));

    [Theory, MemberData(nameof(Engines))]
    public async Task A_failing_receiver_is_tried_again_after_growing_waits_with_the_same_key_and_then_put_aside(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        var (endpoint, _) = await w.AddAsync();
        w.Receiver.Answer = _ => 500;
        await w.TellAsync("{}");
        var waits = new List<double>();
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            Assert.Equal(1, await w.SendAsync());
            Assert.Equal(0, await w.SendAsync());
            var delivery = await w.OnlyAsync(endpoint);
            Assert.Equal((attempt, 500), (delivery.Attempts, delivery.Status));
            if (delivery.NextAt is not { } next) continue;
            waits.Add((next - w.Time.GetUtcNow()).TotalSeconds);
            w.Time.Advance(next - w.Time.GetUtcNow());
        }
        Assert.True(waits is [>= 5 and <= 10, >= 10 and <= 20, >= 20 and <= 40], string.Join(", ", waits));
        Assert.Equal("dead", (await w.OnlyAsync(endpoint)).State);
        Assert.Equal((0L, 1L), ((await w.Webhooks.FindAsync(endpoint.Id))!.Waiting, (await w.Webhooks.FindAsync(endpoint.Id))!.Dead));
        w.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, await w.SendAsync());
        Assert.Single(w.Receiver.Requests.Select(r => r.Headers["webhook-id"]).Distinct());

        w.Receiver.Answer = _ => 204;
        Assert.Equal(1, await w.Webhooks.SendAgainAsync(endpoint, null));
        Assert.Equal(1, await w.SendAsync());
        Assert.Equal("delivered", (await w.OnlyAsync(endpoint)).State);
        Assert.Single(w.Receiver.Requests.Select(r => r.Headers["webhook-id"] + r.Body).Distinct());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_waits_is_sent_after_a_restart_even_when_the_process_died_while_sending(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        var (endpoint, _) = await w.AddAsync();
        await w.TellAsync("""{"n":1}""");
        // Somebody has taken it and died: it is due again when the lease ends.
        var store = w.Store.Services.GetRequiredService<WebhookStore>();
        var taken = Assert.Single(await store.DueAsync(w.Time.GetUtcNow(), 10, default));
        Assert.True(await store.ClaimAsync(taken, w.Time.GetUtcNow(), w.Time.GetUtcNow().AddSeconds(15), default));
        Assert.False(await store.ClaimAsync(taken, w.Time.GetUtcNow(), w.Time.GetUtcNow().AddSeconds(15), default));
        await w.Store.RestartAsync();
        Assert.Equal(0, await w.SendAsync());
        w.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(1, await w.SendAsync());
        Assert.Equal("delivered", (await w.OnlyAsync(endpoint)).State);
        Assert.Equal("""{"n":1}""", Assert.Single(w.Receiver.Requests).Body);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_receiver_that_is_not_there_costs_an_attempt_and_is_served_when_it_is_back(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        var (endpoint, _) = await w.AddAsync();
        var port = w.Receiver.Address.Port;
        await w.Receiver.DisposeAsync();
        await w.TellAsync("""{"n":1}""");
        await w.TellAsync("""{"n":2}""");
        Assert.Equal(2, await w.SendAsync());
        Assert.All(await w.Webhooks.DeliveriesAsync(endpoint.Id, "waiting", 10), d => Assert.Equal((1, (int?)null, true), (d.Attempts, d.Status, d.Problem is not null)));
        await using var back = await Receiver.StartAsync(port);
        w.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(2, await w.SendAsync());
        Assert.Equal(["""{"n":1}""", """{"n":2}"""], back.Requests.Select(r => r.Body));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_must_come_in_order_waits_for_what_is_tried_again(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        await w.AddAsync();
        foreach (var n in new[] { 1, 2, 3 }) await w.TellAsync($$"""{"n":{{n}}}""", inOrder: true);
        w.Receiver.Answer = r => w.Receiver.Requests.Count(q => q.Body == r.Body) == 1 && !r.Body.Contains('3', StringComparison.Ordinal) ? 503 : 200;
        for (var i = 0; i < 4; i++)
        {
            await w.SendAsync();
            Assert.Equal(0, await w.SendAsync());
            w.Time.Advance(TimeSpan.FromSeconds(10));
        }
        Assert.Equal("1 1 2 2 3", string.Join(' ', w.Receiver.Requests.Select(r => r.Body[5])));
    }

    [Fact]
    public async Task A_receiver_may_ask_for_a_longer_wait_or_for_nothing_more()
    {
        await using var w = await OpenAsync(Engine.DuckDb);
        var (endpoint, _) = await w.AddAsync();
        w.Receiver.Answer = _ => 429;
        w.Receiver.AnswerHeaders["Retry-After"] = "3600";
        await w.TellAsync("{}");
        await w.SendAsync();
        Assert.Equal(TimeSpan.FromHours(1), (await w.OnlyAsync(endpoint)).NextAt - w.Time.GetUtcNow());
        w.Receiver.Answer = _ => 410;
        w.Time.Advance(TimeSpan.FromHours(1));
        await w.SendAsync();
        Assert.NotNull((await w.Webhooks.FindAsync(endpoint.Id))!.StoppedAt);
        await w.TellAsync("{}");
        Assert.Equal("dead", (await w.OnlyAsync(endpoint)).State);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var w = await OpenAsync(Engine.DuckDb);
        var (endpoint, _) = await w.AddAsync();
        w.Receiver.Answer = _ => 307;
        w.Receiver.AnswerHeaders["Location"] = "/elsewhere";
        await w.TellAsync("{}");
        await w.SendAsync();
        Assert.Equal("/hook", Assert.Single(w.Receiver.Requests).Path);
        Assert.Equal(("waiting", 307), ((await w.OnlyAsync(endpoint)).State, (await w.OnlyAsync(endpoint)).Status));
    }

    [Fact]
    public async Task Nothing_inside_the_shop_s_network_is_called_unless_it_is_named()
    {
        await using var w = await OpenAsync(Engine.DuckDb, inside: "crm.shop.example");
        foreach (var (url, problem) in new[] { ("https://127.0.0.1/x", "Inside"), ("https://[::1]/x", "Inside"), ("https://10.0.0.8/x", "Inside"), ("https://[::ffff:169.254.169.254]/x", "Inside"), ("http://shop.example/x", "NotHttps"), ("ftp://shop.example", "NotAnAddress"), ("https://a:b@shop.example", "NotAnAddress"), ("nonsense", "NotAnAddress") })
            Assert.Equal((url, problem), (url, (await w.Webhooks.AddAsync("test:1", url)).Problem));
        Assert.Null((await w.Webhooks.AddAsync("test:1", "http://crm.shop.example/x")).Problem);
        // A public name that leads inside is caught where the connection is made.
        var named = (await w.Webhooks.AddAsync("test:2", $"https://localhost:{w.Receiver.Address.Port}/x")).Endpoint!;
        await w.Store.Database.WriteAsync(session => w.Webhooks.EnqueueAsync(session, "test:2", new WebhookMessage("k", "{}")));
        await w.SendAsync();
        var refused = Assert.Single(await w.Webhooks.DeliveriesAsync(named.Id, null, 10));
        Assert.Contains("not on the public internet", refused.Problem, StringComparison.Ordinal);
        Assert.Empty(w.Receiver.Requests);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.16.0.1", false)]
    [InlineData("100.64.1.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:10.1.1.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("255.255.255.255", false)]
    public void Special_addresses_are_not_public(string address, bool isPublic) => Assert.Equal(isPublic, AddressGuard.IsPublic(IPAddress.Parse(address)));

    [Theory, MemberData(nameof(Engines))]
    public async Task What_was_rolled_back_is_not_told(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        var (endpoint, _) = await w.AddAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => w.Store.Database.WriteAsync(async session =>
        {
            await w.Webhooks.EnqueueAsync(session, "test:1", new WebhookMessage("k", "{}"));
            throw new InvalidOperationException();
        }));
        Assert.Empty(await w.Webhooks.DeliveriesAsync(endpoint.Id, null, 10));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task An_erased_person_is_taken_out_of_what_still_waits(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        await w.AddAsync();
        await w.TellAsync("""{"data":{"people":[{"user_id":"ann"},{"user_id":"bob"}]}}""");
        var erasure = w.Store.Services.GetServices<IPersonalData>().OfType<WebhookErasure>().Single();
        var ann = new ErasedPerson("ann", ["ann"], null);
        Assert.Equal(1, Assert.Single(await erasure.CountAsync(ann)).Count);
        await erasure.EraseAsync(ann);
        Assert.Equal(0, Assert.Single(await erasure.CountAsync(ann)).Count);
        await w.SendAsync();
        Assert.Equal("""{"data":{"people":[{"user_id":"bob"}]}}""", Assert.Single(w.Receiver.Requests).Body);
    }
}
