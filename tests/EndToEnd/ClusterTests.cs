using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using BehaviorDashboard.Testing;
using Npgsql;
using Xunit;

namespace BehaviorDashboard.EndToEnd;

/// <summary>Two web nodes as processes on one PostgreSQL and one Redis: one shop, whichever node is asked.</summary>
public partial class ClusterTests(Browser browser)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task What_one_node_stores_the_other_shows_at_once_and_a_key_revoked_on_one_is_refused_on_the_other()
    {
        Assert.SkipWhen(Cluster.Missing is not null, Cluster.Missing ?? "");
        await using var cluster = await Cluster.StartAsync();
        var (a, b) = (cluster.Nodes[0], cluster.Nodes[1]);
        await HearingAsync(a, b);

        await a.PostAsync("v1/batch", Batch("a", 40));
        var expected = await a.StoredAsync();
        Assert.Equal((40L, 1L), (expected.Events, expected.Orders));
        // Well below the seconds in which the store is looked up.
        await UntilAsync(TimeSpan.FromSeconds(2), async () => Assert.Equal(expected, (await b.LiveAsync()).Plain()));
        await b.PostAsync("v1/batch", Batch("b", 40));
        expected = await b.StoredAsync();
        Assert.Equal(80, expected.Events);
        foreach (var node in cluster.Nodes) await UntilAsync(TimeSpan.FromSeconds(2), async () => Assert.Equal(expected, (await node.LiveAsync()).Plain()));

        var made = await a.PostAsync("api/v1/keys", """{"name":"passing","scopes":["read"]}""");
        using (var with = b.Client(made.GetProperty("key").GetString()!))
        {
            Assert.Equal(HttpStatusCode.OK, (await with.GetAsync(new Uri("api/v1/key", UriKind.Relative))).StatusCode);
            Assert.True((await a.Http.DeleteAsync(new Uri($"api/v1/keys/{made.GetProperty("id").GetString()}", UriKind.Relative))).IsSuccessStatusCode);
            // Below the three seconds for which a key is remembered.
            await UntilAsync(TimeSpan.FromSeconds(1), async () => Assert.Equal(HttpStatusCode.Unauthorized, (await with.GetAsync(new Uri("api/v1/key", UriKind.Relative))).StatusCode));
        }
    }

    [Fact]
    public async Task While_Redis_is_cut_both_nodes_follow_the_store_and_say_that_they_are_late()
    {
        Assert.SkipWhen(Cluster.Missing is not null, Cluster.Missing ?? "");
        await using var cluster = await Cluster.StartAsync();
        var (a, b) = (cluster.Nodes[0], cluster.Nodes[1]);
        await HearingAsync(a, b);
        await a.PostAsync("v1/batch", Batch("before", 40));
        await cluster.Redis.KillAsync();
        await a.PostAsync("v1/batch", Batch("cut-a", 40));
        await b.PostAsync("v1/batch", Batch("cut-b", 40));
        await AgreeAsync(cluster, 120);
        await UntilAsync(Soon, async () => Assert.True((await b.LiveAsync()).Late));

        cluster.Redis.Start();
        await a.PostAsync("v1/batch", Batch("back", 40));
        await UntilAsync(Soon, async () => Assert.False((await b.LiveAsync()).Late));
        await AgreeAsync(cluster, 160);

        // A Redis that hangs answers nobody and breaks no connection.
        cluster.Redis.Freeze();
        await b.PostAsync("v1/batch", Batch("frozen", 40));
        await UntilAsync(Soon, async () => Assert.True((await a.LiveAsync()).Late));
        await AgreeAsync(cluster, 200);
        cluster.Redis.Thaw();
        await UntilAsync(Soon, async () => Assert.False((await a.LiveAsync()).Late));
        await a.PostAsync("v1/batch", Batch("thawed", 40));
        await AgreeAsync(cluster, 240);
    }

    [Fact]
    public async Task The_lease_passes_on_when_its_holder_is_killed_and_at_once_when_it_is_shut_down()
    {
        Assert.SkipWhen(Cluster.Missing is not null, Cluster.Missing ?? "");
        await using var cluster = await Cluster.StartAsync();
        Assert.Contains("does the work of the lease", cluster.Nodes[0].Process.Output, StringComparison.Ordinal);
        await cluster.Nodes[0].Process.KillAsync();
        await UntilAsync(TimeSpan.FromSeconds(15), () => Held(cluster.Nodes[1]));
        var third = await cluster.AddAsync();
        await cluster.Nodes[1].Process.StopAsync();
        await UntilAsync(TimeSpan.FromSeconds(6), () => Held(third));

        static Task Held(ClusterNode node)
        {
            Assert.Contains("does the work of the lease", node.Process.Output, StringComparison.Ordinal);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Two_nodes_told_of_one_order_at_one_instant_store_it_once()
    {
        Assert.SkipWhen(Cluster.Missing is not null, Cluster.Missing ?? "");
        await using var cluster = await Cluster.StartAsync();
        const int rounds = 60;
        for (var i = 0; i < rounds; i++)
        {
            // The browser tells one node, the server the other; each under an id of its own.
            await Task.WhenAll(cluster.Nodes.Select((node, n) => node.PostAsync("v1/track", $$"""{"userId":"u{{i}}","event":"Order Completed","messageId":"{{n}}-{{i}}","properties":{"order_id":"o{{i}}","revenue":10,"products":[{"product_id":"p","price":10,"quantity":1}]} }""")));
        }
        var stored = await cluster.Nodes[0].StoredAsync();
        Assert.Equal((rounds, rounds * 10m), (stored.Orders, stored.Revenue));
        Assert.Equal(rounds, await CountAsync(cluster, "select count(*) from profiles where orders = 1 and revenue = 10"));
        await AgreeAsync(cluster, rounds);
    }

    [Fact]
    public async Task A_person_who_signs_in_on_one_node_while_the_other_takes_their_events_is_one_person()
    {
        Assert.SkipWhen(Cluster.Missing is not null, Cluster.Missing ?? "");
        await using var cluster = await Cluster.StartAsync();
        const int people = 150;
        await Task.WhenAll(Enumerable.Range(0, people).SelectMany(i => new[]
        {
            Send(0, $$"""{"type":"track","anonymousId":"d{{i}}","event":"Product Viewed","messageId":"v{{i}}","properties":{"product_id":"p"} }"""),
            Send(1, $$"""{"type":"track","anonymousId":"d{{i}}","event":"Product Added","messageId":"c{{i}}","properties":{"product_id":"p"} }"""),
            Send(0, $$"""{"type":"identify","anonymousId":"d{{i}}","userId":"u{{i}}","messageId":"i{{i}}","traits":{"plan":"a"} }"""),
            Send(1, $$"""{"type":"identify","anonymousId":"d{{i}}","userId":"u{{i}}","messageId":"j{{i}}","traits":{"city":"b"} }"""),
            Send(1, $$"""{"type":"track","anonymousId":"d{{i}}","event":"Product Viewed","messageId":"w{{i}}","properties":{"product_id":"p"} }"""),
        }));
        Assert.Equal(people, await CountAsync(cluster, "select count(*) from profiles"));
        Assert.Equal(people, await CountAsync(cluster, "select count(*) from profiles where events = 5 and product_views = 2 and cart_adds = 1"));
        Assert.Equal(people, await CountAsync(cluster, "select count(*) from profiles where traits ->> 'plan' = 'a' and traits ->> 'city' = 'b'"));
        await AgreeAsync(cluster, people * 5);

        Task Send(int node, string one) => cluster.Nodes[node].PostAsync("v1/batch", $$"""{"batch":[{{one}}]}""");
    }

    [Fact]
    public async Task People_whom_two_nodes_meet_first_at_one_instant_lose_none_of_their_events()
    {
        Assert.SkipWhen(Cluster.Missing is not null, Cluster.Missing ?? "");
        await using var cluster = await Cluster.StartAsync();
        const int rounds = 40, people = 200;
        for (var round = 0; round < rounds; round++)
            await Task.WhenAll(Enumerable.Range(0, 4).Select(n => cluster.Nodes[n % 2].PostAsync("v1/batch", new StringBuilder("{\"batch\":[").AppendJoin(',', Enumerable.Range(0, people).Select(i => $$"""
                {"type":"track","messageId":"{{round}}-{{n}}-{{i}}","userId":"r{{round}}u{{i}}","event":"Product Viewed","properties":{"product_id":"p"} }
                """)).Append("]}").ToString())));
        Assert.Equal(rounds * people, await CountAsync(cluster, "select count(*) from profiles where events = 4 and product_views = 4"));
    }

    [Fact]
    public async Task Who_signed_in_on_one_node_is_signed_in_on_the_other_with_forms_of_either()
    {
        Assert.SkipWhen(Cluster.Missing is not null, Cluster.Missing ?? "");
        var password = Path.GetTempFileName();
        await File.WriteAllTextAsync(password, FirstAdmin.Password);
        await using var cluster = await Cluster.StartAsync(2, null, "--ADMIN_EMAIL=" + FirstAdmin.Email, "--ADMIN_PASSWORD_FILE=" + password);
        var (a, b) = (cluster.Nodes[0].Process.Address, cluster.Nodes[1].Process.Address);
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = new CookieContainer() };
        using var visitor = new HttpClient(handler);
        // The form came from one node and goes to the other.
        using var signedIn = await WebHost.PostFormAsync(visitor, $"{a}login", $"{b}auth/login", new() { ["email"] = FirstAdmin.Email, ["password"] = FirstAdmin.Password });
        Assert.Equal((HttpStatusCode.Redirect, "/"), (signedIn.StatusCode, signedIn.Headers.Location?.OriginalString));
        foreach (var node in (Uri[])[a, b]) Assert.Contains("bd-frame", await PageAsync(visitor, new Uri(node, "live")), StringComparison.Ordinal);
        File.Delete(password);
    }

    [Fact]
    public async Task The_link_that_one_node_printed_makes_the_first_Admin_on_the_other()
    {
        Assert.SkipWhen(Cluster.Missing is not null, Cluster.Missing ?? "");
        await using var cluster = await Cluster.StartAsync(2, null, "--Accounts:PrintSetupLink=true");
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = new CookieContainer() };
        using var visitor = new HttpClient(handler);
        await UntilAsync(Soon, () =>
        {
            Assert.Matches(Link(), cluster.Nodes[0].Process.Output);
            return Task.CompletedTask;
        });
        var (b, code) = (cluster.Nodes[1].Process.Address, Link().Match(cluster.Nodes[0].Process.Output).Groups[1].Value);
        Assert.DoesNotContain("<form", await PageAsync(visitor, new Uri(b, "setup?code=" + code[..^1])), StringComparison.Ordinal);
        using var made = await WebHost.PostFormAsync(visitor, $"{b}setup?code={code}", $"{b}auth/setup", new() { ["code"] = code, ["email"] = FirstAdmin.Email, ["name"] = "Ada", ["password"] = FirstAdmin.Password, ["repeat"] = FirstAdmin.Password });
        Assert.Equal((HttpStatusCode.Redirect, "/"), (made.StatusCode, made.Headers.Location?.OriginalString));
        foreach (var node in cluster.Nodes) Assert.Contains("bd-frame", await PageAsync(visitor, new Uri(node.Process.Address, "live")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_gets_a_second_mail_when_one_of_two_senders_is_killed()
    {
        Assert.SkipWhen(Cluster.Missing is not null, Cluster.Missing ?? "");
        const int people = 400;
        await using var sink = new SmtpSink();
        await using var cluster = await Cluster.StartAsync(2, null,
            "--Campaigns:SmtpHost=127.0.0.1", $"--Campaigns:SmtpPort={sink.Port}", "--Campaigns:SmtpSecurity=none", "--Campaigns:From=Shop <news@shop.example>", "--Campaigns:MailsPerSecond=40", "--Campaigns:QuietFrom=0", "--Campaigns:QuietTo=0",
            "--Campaigns:GlobalControl=0", "--Campaigns:AtOnce=5");
        await cluster.Nodes[1].PostAsync("v1/batch", $$"""{"batch":[{{string.Join(',', Enumerable.Range(0, people).Select(i => $$"""{"type":"identify","userId":"u{{i}}","messageId":"i{{i}}","traits":{"email":"u{{i}}@x.example","emailConsent":true} }"""))}}]}""");
        // Started on the node that does not move campaigns on.
        var made = await cluster.Nodes[1].PostAsync("v1/campaigns", """{"name":"Two","spec":{"holdout":0,"steps":[{"waitHours":0,"versions":[{"name":"A","share":1,"subject":"Hi","body":"<p>b</p>"}]}]}}""");
        var id = made.GetProperty("id").GetInt32();
        await cluster.Nodes[1].PostAsync($"v1/campaigns/{id}/start", "{}");
        await UntilAsync(Soon, () =>
        {
            Assert.True(sink.Messages.Count > people / 4);
            return Task.CompletedTask;
        });
        await cluster.Nodes[0].Process.KillAsync();
        await UntilAsync(TimeSpan.FromSeconds(60), async () => Assert.True(await StatesAsync() is var s && s.GetValueOrDefault("waiting") == 0 && s.GetValueOrDefault("sending") <= 5));
        var got = sink.Messages.Select(m => Recipient().Match(m).Groups[1].Value).ToList();
        Assert.Equal(got.Count, got.Distinct().Count());
        var states = await StatesAsync();
        // Those in the hands of the killed one are named.
        Assert.True(states.GetValueOrDefault("sending") + states.GetValueOrDefault("unclear") <= 5, string.Join(", ", states));
        Assert.InRange(got.Count, people - 5, people);

        async Task<Dictionary<string, int>> StatesAsync() =>
            (await cluster.Nodes[1].GetAsync($"v1/campaigns/{id}/people?limit=10000")).GetProperty("people").EnumerateArray().GroupBy(p => p.GetProperty("state").GetString() ?? "").ToDictionary(g => g.Key, g => g.Count());
    }

    [Fact]
    public async Task A_node_that_is_shut_down_says_so_first_and_loses_nothing_of_what_it_took()
    {
        Assert.SkipWhen(Cluster.Missing is not null, Cluster.Missing ?? "");
        await using var cluster = await Cluster.StartAsync(2, null, "--Nodes:DrainSeconds=3");
        var (a, b) = (cluster.Nodes[0], cluster.Nodes[1]);
        var (sent, acknowledged, going) = (0, 0, true);
        var senders = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (Volatile.Read(ref going))
            {
                var number = Interlocked.Increment(ref sent);
                try
                {
                    await a.PostAsync("v1/batch", Batch("r" + number, 20));
                    Interlocked.Add(ref acknowledged, 20);
                }
                catch (HttpRequestException)
                {
                    // It takes nothing new: as a client does, the next one is asked.
                    await b.PostAsync("v1/batch", Batch("r" + number, 20));
                    Interlocked.Add(ref acknowledged, 20);
                }
                await Task.Delay(20);
            }
        })).ToList();
        await Task.Delay(1_000);
        var stopping = a.Process.StopAsync();
        await UntilAsync(TimeSpan.FromSeconds(2), async () => Assert.Equal(HttpStatusCode.ServiceUnavailable, (await a.Http.GetAsync(new Uri("readyz", UriKind.Relative))).StatusCode));
        var before = Volatile.Read(ref acknowledged);
        await Task.Delay(1_000);
        // Not ready, and serving all the same.
        Assert.Equal("alive", await a.Http.GetStringAsync(new Uri("healthz", UriKind.Relative)));
        Assert.True(Volatile.Read(ref acknowledged) > before);
        Assert.Equal(0, await stopping);
        await Task.Delay(1_000);
        Volatile.Write(ref going, false);
        await Task.WhenAll(senders);
        Assert.Equal(acknowledged, sent * 20);
        await AgreeAsync(cluster, acknowledged);
    }

    [GeneratedRegex(@"http://\S+/setup\?code=(\S+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^To: .*?(u\d+)@x\.example", RegexOptions.Multiline)]
    private static partial Regex Recipient();

    private static async Task<string> PageAsync(HttpClient browser, Uri address)
    {
        using var answer = await WebHost.PageAsync(browser, address.ToString());
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Both nodes hear each other over Redis.</summary>
    private static async Task HearingAsync(params ClusterNode[] nodes)
    {
        foreach (var node in nodes) await UntilAsync(Soon, async () => Assert.Equal((false, false), (await node.LiveAsync()) is var f ? (f.Late, f.CatchingUp) : default));
        // What is missed before that is looked up.
        await Task.Delay(TimeSpan.FromSeconds(4));
    }

    /// <summary>Both nodes show what the store holds.</summary>
    private static async Task AgreeAsync(Cluster cluster, long events)
    {
        foreach (var node in cluster.Nodes.Where(n => !n.Process.HasEnded))
            await UntilAsync(Soon, async () =>
            {
                var stored = await node.StoredAsync();
                Assert.Equal(events, stored.Events);
                Assert.Equal(stored, (await node.LiveAsync()).Plain());
            });
    }

    private static async Task UntilAsync(TimeSpan limit, Func<Task> holds)
    {
        var end = DateTimeOffset.UtcNow + limit;
        while (true)
        {
            try
            {
                await holds();
                return;
            }
            catch (Xunit.Sdk.XunitException) when (DateTimeOffset.UtcNow < end)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Views of many people and one order.</summary>
    private static string Batch(string name, int events) => new StringBuilder("{\"batch\":[").AppendJoin(',', Enumerable.Range(0, events).Select(i => $$"""
        {"type":"track","messageId":"{{name}}-{{i}}","userId":"u{{i % 7}}","event":"{{(i == 0 ? "Order Completed" : "Product Viewed")}}","properties":{"revenue":3,"product_id":"p{{i}}"} }
        """)).Append("]}").ToString();

    private static async Task<long> CountAsync(Cluster cluster, string sql)
    {
        await using var connection = new NpgsqlConnection(cluster.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
