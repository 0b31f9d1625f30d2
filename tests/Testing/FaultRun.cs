using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace BehaviorDashboard.Testing;

/// <summary>What became of a run of faults.</summary>
/// <param name="Acknowledged">Events that were answered with success.</param>
/// <param name="Resent">Batches that had to be sent more than once.</param>
/// <param name="Refusals">How often a batch was answered with which status other than success; 0: not at all within five seconds.</param>
/// <param name="Stored">Rows of these events in the store.</param>
/// <param name="Distinct">Different message ids among them.</param>
/// <param name="Agreed">How long after the last fault every node showed what the store holds; null: not within the limit.</param>
/// <param name="Mails">How many people got the campaign's mail.</param>
/// <param name="Wrong">What does not hold, in words.</param>
public sealed record FaultReport(long Acknowledged, long Resent, IReadOnlyDictionary<int, long> Refusals, long Stored, long Distinct, long Orders, IReadOnlyDictionary<string, int> Faults, TimeSpan LongestUnanswered, TimeSpan? Agreed, int Mails, IReadOnlyList<string> Wrong);

/// <summary>A small disk on which the store lies, and which can be filled.</summary>
/// <param name="FillAsync">Nothing can be written any more.</param>
/// <param name="FreeAsync">There is room again; a server that gave up is started again, as an operator would.</param>
public sealed record FaultDisk(Func<Task> FillAsync, Func<Task> FreeAsync);

/// <summary>
/// Load on a cluster by senders that send each batch until it is acknowledged, as the tracking clients do, while one fault after
/// the other befalls it. Afterwards it is counted.
/// </summary>
public sealed partial class FaultRun(Cluster cluster, Func<Task> restartStore, int seed)
{
    private const int BatchEvents = 50, MailsPerSecond = 2;
    private const string DiskFull = "disk full", ClockMoved = "clock moved";
    private static readonly TimeSpan[] Jumps = [TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(-2), TimeSpan.FromMinutes(90), TimeSpan.FromMinutes(-90), TimeSpan.FromHours(26), TimeSpan.FromHours(-26)];

    // An embedded store goes by the machine's clock: what came while that was ahead is in the future for so long afterwards.
    private static readonly TimeSpan SmallJump = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AgreeWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan SettleWithin = TimeSpan.FromSeconds(150);

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, int> _faults = [];
    private readonly List<string> _wrong = [];
    private readonly ConcurrentDictionary<int, long> _refusals = new();
    private int _people;
    private bool _toldOfDisk, _readySaidSo;
    private long _batches, _acknowledged, _resent, _longest;

    /// <summary>Batches a second from all senders.</summary>
    public double Rate { get; init; } = 8;

    public int Senders { get; init; } = 4;

    /// <summary>By how much everything but a node's standing still, which must outlast the lease, is quicker.</summary>
    public int Pace { get; init; } = 1;

    public Action<string> Say { get; init; } = _ => { };

    /// <summary>Null: the disk is not filled.</summary>
    public FaultDisk? Disk { get; init; }

    /// <summary>Where the nodes' mails arrive (<see cref="MailsTo"/>); null: none are sent.</summary>
    public SmtpSink? Mails { get; init; }

    /// <summary>Settings of a cluster whose nodes send their mails there, slowly enough that all faults befall them meanwhile.</summary>
    public static string[] MailsTo(SmtpSink sink) =>
    [
        "--Campaigns:SmtpHost=127.0.0.1", $"--Campaigns:SmtpPort={sink.Port}", "--Campaigns:SmtpSecurity=none", "--Campaigns:From=Shop <news@shop.example>", $"--Campaigns:MailsPerSecond={MailsPerSecond}",
        "--Campaigns:QuietFrom=0", "--Campaigns:QuietTo=0", "--Campaigns:GlobalControl=0", "--Campaigns:AtOnce=5",
    ];

    public async Task<FaultReport> RunAsync(TimeSpan length)
    {
        var begun = DateTimeOffset.UtcNow;
        await StartRuleAsync();
        if (Mails is not null) await StartCampaignAsync((int)length.TotalSeconds);
        using var stop = new CancellationTokenSource();
        var senders = Enumerable.Range(0, Senders).Select(n => Task.Run(() => SendAsync(n, stop.Token))).ToList();
        var began = Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(2));
        string[] kinds =
        [
            "node killed", "node frozen", .. cluster.IsEmbedded ? Array.Empty<string>() : ["redis killed", "redis frozen", "store restarted"], .. cluster.Lines.Count > 0 ? ["redis cut"] : Array.Empty<string>(),
            .. Disk is not null ? [DiskFull] : Array.Empty<string>(), .. cluster.Clocks.Count > 0 ? [ClockMoved] : Array.Empty<string>(),
        ];
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
            await PauseAsync(500, 4_000);
        }
        await stop.CancelAsync();
        await Task.WhenAll(senders);
        return await CountAsync(begun);
    }

    private async Task BefallAsync(string kind)
    {
        var node = _random.Next(cluster.Nodes.Count);
        switch (kind)
        {
            case "node killed":
                await cluster.Nodes[node].Process.KillAsync();
                await PauseAsync(100, 3_000);
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
                await PauseAsync(500, 8_000);
                cluster.Redis.Start();
                break;
            case "redis frozen":
                cluster.Redis.Freeze();
                await PauseAsync(500, 8_000);
                cluster.Redis.Thaw();
                break;
            case "redis cut":
                // For one node only: the others hear each other.
                cluster.Lines[node].Cut();
                await PauseAsync(500, 8_000);
                cluster.Lines[node].Join();
                break;
            case DiskFull:
                await Disk!.FillAsync();
                await WatchAsync(TimeSpan.FromMilliseconds(_random.Next(4_000, 15_000)));
                await Disk.FreeAsync();
                break;
            case ClockMoved:
                var by = cluster.IsEmbedded ? SmallJump * (_random.Next(2) == 0 ? 1 : -1) : Jumps[_random.Next(Jumps.Length)];
                Say($"          by {by}");
                cluster.Clocks[node].Move(by);
                await PauseAsync(2_000, 10_000);
                // Now and then it starts with a wrong clock, too.
                if (_random.Next(3) == 0)
                {
                    await cluster.Nodes[node].Process.KillAsync();
                    await cluster.RestartAsync(node);
                    await Task.Delay(2_000);
                }
                cluster.Clocks[node].Move(TimeSpan.Zero);
                break;
            default:
                await restartStore();
                break;
        }
    }

    private Task PauseAsync(int from, int to) => Task.Delay(_random.Next(from, to) / Pace);

    /// <summary>Whether somebody who looks at a live page meanwhile, and a supervisor, is told what is wrong.</summary>
    private async Task WatchAsync(TimeSpan length)
    {
        for (var since = Stopwatch.StartNew(); since.Elapsed < length; await Task.Delay(250))
            foreach (var node in cluster.Nodes)
            {
                try
                {
                    _toldOfDisk |= (await node.LiveAsync().WaitAsync(TimeSpan.FromSeconds(5))).DiskFull;
                    _readySaidSo |= (await node.Http.GetStringAsync(new Uri("readyz", UriKind.Relative)).WaitAsync(TimeSpan.FromSeconds(5))).Contains("disk", StringComparison.Ordinal);
                }
                catch (Exception)
                {
                    // A page that is not there tells nobody.
                }
            }
    }

    /// <summary>A rule whose condition begins to hold once: there are orders in every five minutes of the run.</summary>
    private async Task StartRuleAsync()
    {
        var made = await cluster.Nodes[0].PostAsync("v1/rules", """
            {"name":"Faults","definition":{"when":{"kpi":{"source":"shop","key":"orders.5m"},"test":"Above","threshold":0,"forMinutes":0},"and":[],
             "then":[{"target":"notify","objectId":null,"action":"in_app","parameters":{"message":"Orders."}}],"limits":{"coolDownMinutes":0,"mostPerDay":1000,"approval":false,"effectHours":24}}}
            """);
        foreach (var status in (string[])["shadow", "live"]) await cluster.Nodes[0].PostAsync($"v1/rules/{made.GetProperty("id").GetInt32()}/status", $$"""{"status":"{{status}}"}""");
    }

    /// <summary>A campaign of two mails, of which the second is due an hour after the first: later than the run ends, whatever a node's clock says.</summary>
    private async Task StartCampaignAsync(int people)
    {
        await cluster.Nodes[0].PostAsync("v1/batch", $$"""{"batch":[{{string.Join(',', Enumerable.Range(0, people).Select(i => $$"""{"type":"identify","userId":"m{{i}}","messageId":"m{{i}}","traits":{"email":"m{{i}}@x.example","emailConsent":true} }"""))}}]}""");
        var made = await cluster.Nodes[0].PostAsync("v1/campaigns", """
            {"name":"Faults","spec":{"holdout":0,"steps":[{"waitHours":0,"versions":[{"name":"A","share":1,"subject":"First","body":"<p>b</p>"}]},{"waitHours":1,"versions":[{"name":"A","share":1,"subject":"Second","body":"<p>b</p>"}]}]}}
            """);
        (_people, _acknowledged) = (people, people);
        await cluster.Nodes[0].PostAsync($"v1/campaigns/{made.GetProperty("id").GetInt32()}/start", "{}");
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

    private async Task<bool> TryAsync(ClusterNode node, string body)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await node.Http.PostAsync(new Uri("v1/batch", UriKind.Relative), content, patience.Token);
            if (answer.StatusCode == HttpStatusCode.InternalServerError) Say("          500: " + await answer.Content.ReadAsStringAsync(patience.Token));
            if (!answer.IsSuccessStatusCode) _refusals.AddOrUpdate((int)answer.StatusCode, 1, (_, n) => n + 1);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception problem) when (problem is HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            _refusals.AddOrUpdate(0, 1, (_, n) => n + 1);
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

    private async Task<FaultReport> CountAsync(DateTimeOffset begun)
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
        // A mail that was sent is an event too.
        const string told = "from events where type <> 'item' and message_id not in (select id from campaign_messages)";
        var rows = await cluster.AskAsync($"select count(*) {told}");
        var ids = await cluster.AskAsync($"select count(distinct message_id) {told}");
        var orders = await cluster.AskAsync("select count(*) from events where type = 'track' and name = 'Order Completed'");
        // Every second batch tells of an order that the one before told.
        var doubles = await cluster.AskAsync("select count(*) from (select order_id from events where type = 'track' and name = 'Order Completed' group by 1 having count(*) > 1) d");
        var most = (_batches / 2) + 1;
        if (rows != ids) wrong.Add($"{rows - ids} events are stored twice.");
        if (doubles != 0) wrong.Add($"{doubles} orders are stored twice.");
        if (rows + (_batches - orders) != _acknowledged) wrong.Add($"{_acknowledged} events were acknowledged, {rows} are stored and {_batches - orders} were orders told before.");
        if (orders > most) wrong.Add($"{orders} orders are stored of {most}.");
        await HoldsAsync(wrong, "People's events do not add up to those stored.", """
            select count(*) from (
                select coalesce(i.user_id, e.user_id) as person, count(*) filter (where e.type <> 'item') as n, count(*) filter (where e.type = 'track' and e.name = 'Order Completed') as o
                from events e left join identities i on i.alias = e.user_id where e.user_id <> '' group by 1) s
            full join profiles p on p.user_id = s.person where p.events is distinct from s.n or p.orders is distinct from s.o
            """, TimeSpan.Zero);
        await HoldsAsync(wrong, "People's sessions are not those stored.", """
            select count(*) from (
                select coalesce(i.user_id, e.user_id) as person, count(distinct e.session_id) as n from events e left join identities i on i.alias = e.user_id where e.user_id <> '' group by 1) s
            full join profiles p on p.user_id = s.person where p.sessions is distinct from s.n
            """, SettleWithin);
        var off = TimeSpan.FromSeconds(5) + (cluster.IsEmbedded ? SmallJump : TimeSpan.Zero);
        var strange = await cluster.AskAsync(FormattableString.Invariant($"select count(*) {told} and not (occurred_at between timestamptz '{begun - off:O}' and timestamptz '{DateTimeOffset.UtcNow + off:O}')"));
        if (strange > 0) wrong.Add($"{strange} events bear a time at which nothing was sent.");
        if (await cluster.AskAsync("select count(*) from feedback_firings") is var fired and not 1) wrong.Add($"A rule whose condition began to hold once fired {fired} times.");
        foreach (var (status, times) in _refusals.Where(r => r.Key is not (0 or 429 or 503))) wrong.Add($"{times} batches were answered with {status}.");
        if (_faults.ContainsKey(DiskFull) && !_toldOfDisk) wrong.Add("No live page said that the disk is full.");
        if (_faults.ContainsKey(DiskFull) && !_readySaidSo) wrong.Add("/readyz did not say that the disk is full, or was not ready for those who read.");
        return new FaultReport(_acknowledged, _resent, _refusals.ToDictionary(), rows, ids, orders, _faults, TimeSpan.FromMilliseconds(_longest), agreed, await CountMailsAsync(), wrong);
    }

    private async Task<int> CountMailsAsync()
    {
        if (Mails is null) return 0;
        var (since, named, missing) = (Stopwatch.StartNew(), 0L, 0L);
        do
        {
            await Task.Delay(1_000);
            // Whose mail was in the hands of a node that was killed is named, and gets no second one.
            named = await cluster.AskAsync("select count(*) from campaign_messages where step = 0 and state in ('sending', 'unclear')");
            missing = _people - Got("First").Count() - named;
        }
        while (missing > 0 && since.Elapsed < SettleWithin);
        var got = Got("First").ToList();
        Say($"mails: {got.Count} of {_people}; of {named} it is named that it is not clear whether they arrived");
        if (missing > 0) _wrong.Add($"{missing} people got no mail, and nobody is told why.");
        if (got.Count != got.Distinct().Count()) _wrong.Add($"{got.Count - got.Distinct().Count()} people got their mail twice.");
        if (Got("Second").Count() is var early and > 0) _wrong.Add($"{early} mails were sent an hour early.");
        return got.Count;

        IEnumerable<string> Got(string subject) => Mails.Messages.Where(m => m.Contains($"Subject: {subject}", StringComparison.Ordinal)).Select(m => Recipient().Match(m).Groups[1].Value);
    }

    [GeneratedRegex(@"^To: .*?(m\d+)@x\.example", RegexOptions.Multiline)]
    private static partial Regex Recipient();

    private async Task HoldsAsync(List<string> wrong, string what, string sql, TimeSpan within)
    {
        var since = Stopwatch.StartNew();
        long people;
        while ((people = await cluster.AskAsync(sql)) > 0 && since.Elapsed < within) await Task.Delay(2_000);
        if (people > 0) wrong.Add($"{what} ({people} people)");
    }
}
