using BehaviorDashboard.Testing;
using Microsoft.Playwright;
using Xunit;

namespace BehaviorDashboard.EndToEnd;

/// <summary>What an operator does to a cluster that goes on, and what a machine's clock does to it.</summary>
public partial class ClusterTests
{
    [Fact]
    public async Task One_node_after_the_other_is_restarted_and_nothing_is_lost_or_sent_twice_and_open_pages_go_on_at_the_other()
    {
        Assert.SkipWhen(Cluster.Missing is not null, Cluster.Missing ?? "");
        const int people = 300;
        var password = Path.GetTempFileName();
        await File.WriteAllTextAsync(password, FirstAdmin.Password);
        await using var sink = new SmtpSink();
        await using var cluster = await Cluster.StartAsync(2, null, [.. FaultRun.MailsTo(sink), "--Campaigns:MailsPerSecond=20", "--Nodes:DrainSeconds=2", "--ADMIN_EMAIL=" + FirstAdmin.Email, "--ADMIN_PASSWORD_FILE=" + password]);
        // The proxy that brings a page's next connection to the node that is there.
        using var proxy = new Line(cluster.Nodes[0].Process.Address.Port);
        var shop = new Uri($"http://{proxy.Address}/");
        await using var english = await OpenLiveAsync(shop, "en");
        await using var chinese = await OpenLiveAsync(shop, "zh-CN");
        await StartCampaignAsync(cluster.Nodes[1], people, """{"waitHours":0,"versions":[{"name":"A","share":1,"subject":"First","body":"<p>b</p>"}]}""");

        var (sent, acknowledged, going) = (0, 0, true);
        var senders = Enumerable.Range(0, 4).Select(n => Task.Run(async () =>
        {
            while (Volatile.Read(ref going))
            {
                var number = Interlocked.Increment(ref sent);
                for (var attempt = 0; !await TrySendAsync(cluster.Nodes[(n + attempt) % 2], Batch("r" + number, 20)); attempt++) await Task.Delay(50);
                Interlocked.Add(ref acknowledged, 20);
                await Task.Delay(50);
            }
        })).ToList();
        foreach (var node in (int[])[0, 1])
        {
            Assert.Equal(0, await cluster.Nodes[node].Process.StopAsync());
            await Assertions.Expect(english.Page.Locator(".bd-connection")).ToContainTextAsync("Connection lost");
            await Assertions.Expect(chinese.Page.Locator(".bd-connection")).ToContainTextAsync("连接已断开");
            foreach (var page in (IPage[])[english.Page, chinese.Page]) await Assertions.Expect(page.Locator(".bd-lost")).ToBeVisibleAsync();
            var before = Volatile.Read(ref acknowledged);
            proxy.Server = cluster.Nodes[1 - node].Process.Address.Port;
            foreach (var page in (IPage[])[english.Page, chinese.Page])
            {
                await Assertions.Expect(page.Locator(".bd-connection")).ToBeHiddenAsync(new() { Timeout = 30_000 });
                await Assertions.Expect(page.Locator(".bd-frame")).ToBeVisibleAsync();
                Assert.EndsWith("/live", page.Url, StringComparison.Ordinal);
            }
            // The other node took events all the while.
            await UntilAsync(Soon, () =>
            {
                Assert.True(Volatile.Read(ref acknowledged) > before);
                return Task.CompletedTask;
            });
            await cluster.RestartAsync(node);
        }
        Volatile.Write(ref going, false);
        await Task.WhenAll(senders);
        Assert.Equal(sent * 20, acknowledged);
        Assert.Equal(acknowledged, await CountAsync(cluster, "select count(*) from events where message_id like 'r%'"));
        Assert.Equal(acknowledged, await CountAsync(cluster, "select count(distinct message_id) from events where message_id like 'r%'"));
        await UntilAsync(TimeSpan.FromSeconds(60), async () => Assert.Equal(0, await CountAsync(cluster, "select count(*) from campaign_messages where state in ('waiting', 'sending')")));
        var got = sink.Messages.Select(m => Recipient().Match(m).Groups[1].Value).ToList();
        Assert.Equal(people, got.Count);
        Assert.Equal(people, got.Distinct().Count());
        File.Delete(password);
    }

    [Fact]
    public async Task A_node_whose_clock_is_hours_ahead_stores_no_event_under_a_wrong_time_and_sends_no_mail_early()
    {
        Assert.SkipWhen(Cluster.Missing is not null, Cluster.Missing ?? "");
        Assert.SkipWhen(MovableClock.Missing is not null, MovableClock.Missing ?? "");
        const int people = 6;
        await using var sink = new SmtpSink();
        await using var cluster = await Cluster.StartForFaultsAsync(2, null, FaultRun.MailsTo(sink));
        cluster.Clocks[1].Move(TimeSpan.FromHours(5));
        // It starts with the wrong clock; then the lease is its own.
        await cluster.Nodes[1].Process.StopAsync();
        await cluster.RestartAsync(1);
        await cluster.Nodes[0].Process.StopAsync();
        var wrong = cluster.Nodes[1];
        await UntilAsync(Soon, () =>
        {
            Assert.Contains("does the work of the lease", wrong.Process.Output, StringComparison.Ordinal);
            Assert.Matches("The clock of this machine is 1[78],\\d{3} s ahead of the database's", wrong.Process.Output);
            return Task.CompletedTask;
        });
        await cluster.RestartAsync(0);
        foreach (var (node, n) in cluster.Nodes.Select((node, n) => (node, n))) await node.PostAsync("v1/batch", Batch("k" + n, 20));
        await StartCampaignAsync(wrong, people, """{"waitHours":0,"versions":[{"name":"A","share":1,"subject":"First","body":"<p>b</p>"}]},{"waitHours":1,"versions":[{"name":"A","share":1,"subject":"Second","body":"<p>b</p>"}]}""");
        await UntilAsync(TimeSpan.FromSeconds(60), async () => Assert.Equal(people, await CountAsync(cluster, "select count(*) from campaign_messages where step = 0 and state = 'sent'")));
        // Long enough for the second to be sent if it were due.
        await Task.Delay(TimeSpan.FromSeconds(5));
        Assert.Equal(people, sink.Messages.Count);
        Assert.All(sink.Messages, m => Assert.Contains("Subject: First", m, StringComparison.Ordinal));
        Assert.Equal(40, await CountAsync(cluster, "select count(*) from events where message_id like 'k%' and occurred_at between now() - interval '5 minutes' and now() and received_at between now() - interval '5 minutes' and now()"));
        await AgreeAsync(cluster, (await wrong.StoredAsync()).Events);
    }

    private async Task<WatchedPage> OpenLiveAsync(Uri shop, string language)
    {
        var page = await browser.OpenAsync(shop, language: language);
        await page.Page.GotoAsync(new Uri(shop, "login?returnUrl=%2Flive").ToString());
        await page.Page.FillAsync("[name=email]", FirstAdmin.Email);
        await page.Page.FillAsync("[name=password]", FirstAdmin.Password);
        await page.Page.ClickAsync("form[action='auth/login'] button[type=submit]");
        await Assertions.Expect(page.Page.Locator(".bd-frame")).ToBeVisibleAsync();
        await page.Page.WaitForFunctionAsync("() => window.Blazor?._internal !== undefined");
        return page;
    }

    private static async Task StartCampaignAsync(ClusterNode node, int people, string steps)
    {
        await node.PostAsync("v1/batch", $$"""{"batch":[{{string.Join(',', Enumerable.Range(0, people).Select(i => $$"""{"type":"identify","userId":"u{{i}}","messageId":"i{{i}}","traits":{"email":"u{{i}}@x.example","emailConsent":true} }"""))}}]}""");
        var made = await node.PostAsync("v1/campaigns", $$$"""{"name":"Mails","spec":{"holdout":0,"steps":[{{{steps}}}]}}""");
        await node.PostAsync($"v1/campaigns/{made.GetProperty("id").GetInt32()}/start", "{}");
    }

    /// <returns>False: the node takes nothing now; the batch is for the other one.</returns>
    private static async Task<bool> TrySendAsync(ClusterNode node, string batch)
    {
        try
        {
            await node.PostAsync("v1/batch", batch);
            return true;
        }
        catch (Exception problem) when (problem is HttpRequestException or InvalidOperationException or ObjectDisposedException)
        {
            return false;
        }
    }
}
