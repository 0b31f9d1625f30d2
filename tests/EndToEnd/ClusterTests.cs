using System.Net;
using System.Text;
using BehaviorDashboard.Testing;
using Npgsql;
using Xunit;

namespace BehaviorDashboard.EndToEnd;

/// <summary>Two web nodes as processes on one PostgreSQL and one Redis: one shop, whichever node is asked.</summary>
public class ClusterTests
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
        await UntilAsync(TimeSpan.FromSeconds(2), async () => Assert.Equal(expected, (await b.LiveAsync()).Plain));
        await b.PostAsync("v1/batch", Batch("b", 40));
        expected = await b.StoredAsync();
        Assert.Equal(80, expected.Events);
        foreach (var node in cluster.Nodes) await UntilAsync(TimeSpan.FromSeconds(2), async () => Assert.Equal(expected, (await node.LiveAsync()).Plain));

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
                Assert.Equal(stored, (await node.LiveAsync()).Plain);
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
