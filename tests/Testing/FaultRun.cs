using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;

namespace BehaviorDashboard.Testing;

/// <summary>What became of a run of faults.</summary>
/// <param name="Acknowledged">Events that were answered with success.</param>
/// <param name="Resent">Batches that had to be sent more than once.</param>
/// <param name="Stored">Rows of these events in the store.</param>
/// <param name="Distinct">Different message ids among them.</param>
/// <param name="Agreed">How long after the last fault every node showed what the store holds; null: not within the limit.</param>
/// <param name="Wrong">What does not hold, in words.</param>
public sealed record FaultReport(long Acknowledged, long Resent, long Stored, long Distinct, long Orders, IReadOnlyDictionary<string, int> Faults, TimeSpan LongestUnanswered, TimeSpan? Agreed, IReadOnlyList<string> Wrong);

/// <summary>
/// Load on a cluster by senders that send each batch until it is acknowledged, as the tracking clients do, while one fault after
/// the other befalls it. Afterwards it is counted.
/// </summary>
public sealed class FaultRun(Cluster cluster, Func<Task> restartStore, int seed)
{
    private const int BatchEvents = 50;
    private static readonly TimeSpan AgreeWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan SettleWithin = TimeSpan.FromSeconds(150);

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, int> _faults = [];
    private readonly List<string> _wrong = [];
    private long _batches, _acknowledged, _resent, _longest;

    /// <summary>Batches a second from all senders.</summary>
    public double Rate { get; init; } = 8;

    public int Senders { get; init; } = 4;

    public Action<string> Say { get; init; } = _ => { };

    public async Task<FaultReport> RunAsync(TimeSpan length)
    {
        using var stop = new CancellationTokenSource();
        var senders = Enumerable.Range(0, Senders).Select(n => Task.Run(() => SendAsync(n, stop.Token))).ToList();
        var began = Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(2));
        string[] kinds = ["node killed", "node frozen", "redis killed", "redis frozen", "store restarted"];
        // Each at least once, then at random.
        for (var i = 0; began.Elapsed < length || i < kinds.Length; i++)
        {
            var kind = i < kinds.Length ? kinds[i] : kinds[_random.Next(kinds.Length)];
            Say($"{began.Elapsed.TotalSeconds,6:N0} s  {kind}");
            _faults[kind] = _faults.GetValueOrDefault(kind) + 1;
            await BefallAsync(kind);
            foreach (var (ended, number) in cluster.Nodes.Select((n, i) => (n, i)).Where(n => n.n.Process.HasEnded).ToList())
            {
                _wrong.Add($"A node ended by itself: {string.Join('\n', ended.Process.Output.Split('\n').TakeLast(30))}");
                await cluster.RestartAsync(number);
            }
            await Task.Delay(_random.Next(500, 4_000));
        }
        await stop.CancelAsync();
        await Task.WhenAll(senders);
        return await CountAsync();
    }

    private async Task BefallAsync(string kind)
    {
        var node = _random.Next(cluster.Nodes.Count);
        switch (kind)
        {
            case "node killed":
                await cluster.Nodes[node].Process.KillAsync();
                await Task.Delay(_random.Next(100, 3_000));
                await cluster.RestartAsync(node);
                break;
            case "node frozen":
                // Longer than the lease lasts.
                cluster.Nodes[node].Process.Freeze();
                await Task.Delay(_random.Next(2_000, 14_000));
                cluster.Nodes[node].Process.Thaw();
                break;
            case "redis killed":
                await cluster.Redis.KillAsync();
                await Task.Delay(_random.Next(500, 8_000));
                cluster.Redis.Start();
                break;
            case "redis frozen":
                cluster.Redis.Freeze();
                await Task.Delay(_random.Next(500, 8_000));
                cluster.Redis.Thaw();
                break;
            default:
                await restartStore();
                break;
        }
    }

    private async Task SendAsync(int sender, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var batch = Interlocked.Increment(ref _batches);
            var (body, since, attempt) = (Body(batch), Stopwatch.StartNew(), 0);
            while (!await TryAsync(cluster.Nodes[(sender + attempt) % cluster.Nodes.Count], body))
            {
                if (attempt++ == 0) Interlocked.Increment(ref _resent);
                await Task.Delay(Math.Min(1_000, 50 * attempt), CancellationToken.None);
            }
            Interlocked.Add(ref _acknowledged, BatchEvents);
            if (since.ElapsedMilliseconds > Interlocked.Read(ref _longest)) Interlocked.Exchange(ref _longest, since.ElapsedMilliseconds);
            var rest = TimeSpan.FromSeconds(Senders / Rate) - since.Elapsed;
            if (rest > TimeSpan.Zero) await Task.Delay(rest, CancellationToken.None);
        }
    }

    private static async Task<bool> TryAsync(ClusterNode node, string body)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await node.Http.PostAsync(new Uri("v1/batch", UriKind.Relative), content, patience.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception problem) when (problem is HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>One order, views of many visitors, and one who signs in; neighbouring batches tell of the same people, and of one order twice.</summary>
    private static string Body(long batch)
    {
        var text = new StringBuilder("{\"batch\":[");
        text.Append(CultureInfo.InvariantCulture, $$"""{"type":"track","messageId":"{{batch}}-0","userId":"u{{batch / 2}}","event":"Order Completed","properties":{"order_id":"o{{batch / 2}}","revenue":3,"currency":"USD","products":[{"product_id":"p1","price":3,"quantity":1}]} },""");
        text.Append(CultureInfo.InvariantCulture, $$"""{"type":"identify","messageId":"{{batch}}-1","userId":"v{{batch / 5}}","anonymousId":"d{{batch / 5}}"},""");
        for (var i = 2; i < BatchEvents; i++)
            text.Append(CultureInfo.InvariantCulture, $$"""{"type":"track","messageId":"{{batch}}-{{i}}","anonymousId":"d{{(batch + i * 7) / 5}}","event":"Product Viewed","properties":{"product_id":"p{{i}}"} }{{(i == BatchEvents - 1 ? "" : ",")}}""");
        return text.Append("]}").ToString();
    }

    private async Task<FaultReport> CountAsync()
    {
        var wrong = _wrong;
        var since = Stopwatch.StartNew();
        TimeSpan? agreed = null;
        var last = "";
        while (agreed is null && since.Elapsed < AgreeWithin)
        {
            last = "";
            foreach (var node in cluster.Nodes)
            {
                try
                {
                    var (stored, live) = (await node.StoredAsync(), await node.LiveAsync());
                    if (live.Late || live.CatchingUp || live.Plain() != stored) last += $"{node.Process.Address}: live {live}, stored {stored}; ";
                }
                catch (Exception problem)
                {
                    last += $"{node.Process.Address}: {problem.Message}; ";
                }
            }
            if (last.Length == 0) agreed = since.Elapsed;
            else await Task.Delay(250);
        }
        if (agreed is null) wrong.Add($"The nodes do not show what is stored: {last}");
        var rows = await AskAsync("select count(*) from events where type <> 'item'");
        var ids = await AskAsync("select count(distinct message_id) from events where type <> 'item'");
        var orders = await AskAsync("select count(*) from events where type = 'track' and name = 'Order Completed'");
        // Every second batch tells of an order that the one before told.
        var doubles = await AskAsync("select count(*) from (select order_id from events where type = 'track' and name = 'Order Completed' group by 1 having count(*) > 1) d");
        var told = (_batches / 2) + 1;
        if (rows != ids) wrong.Add($"{rows - ids} events are stored twice.");
        if (doubles != 0) wrong.Add($"{doubles} orders are stored twice.");
        if (rows + (_batches - orders) != _acknowledged) wrong.Add($"{_acknowledged} events were acknowledged, {rows} are stored and {_batches - orders} were orders told before.");
        if (orders > told) wrong.Add($"{orders} orders are stored of {told}.");
        await HoldsAsync(wrong, "People's events do not add up to those stored.", """
            select count(*) from (
                select coalesce(i.user_id, e.user_id) as person, count(*) filter (where e.type <> 'item') as n, count(*) filter (where e.type = 'track' and e.name = 'Order Completed') as o
                from events e left join identities i on i.alias = e.user_id where e.user_id is not null group by 1) s
            full join profiles p on p.user_id = s.person where p.events is distinct from s.n or p.orders is distinct from s.o
            """, TimeSpan.Zero);
        await HoldsAsync(wrong, "People's sessions are not those stored.", """
            select count(*) from (
                select coalesce(i.user_id, e.user_id) as person, count(distinct e.session_id) as n from events e left join identities i on i.alias = e.user_id where e.user_id is not null group by 1) s
            full join profiles p on p.user_id = s.person where p.sessions is distinct from s.n
            """, SettleWithin);
        return new FaultReport(_acknowledged, _resent, rows, ids, orders, _faults, TimeSpan.FromMilliseconds(_longest), agreed, wrong);
    }

    private async Task HoldsAsync(List<string> wrong, string what, string sql, TimeSpan within)
    {
        var since = Stopwatch.StartNew();
        long people;
        while ((people = await AskAsync(sql)) > 0 && since.Elapsed < within) await Task.Delay(2_000);
        if (people > 0) wrong.Add($"{what} ({people} people)");
    }

    private async Task<long> AskAsync(string sql)
    {
        NpgsqlConnection.ClearAllPools();
        await using var connection = new NpgsqlConnection(cluster.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
