using System.Diagnostics;
using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Learning;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Recommendations;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;
using BehaviorDashboard.Webhooks;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;

namespace BehaviorDashboard.Benchmarks;

/// <summary>
/// Messages a second from the outbox to a loopback SMTP server and into the webhooks' outbox, beside MailKit sending the same
/// mails without an outbox over as many connections, and what claiming and settling alone cost.
/// </summary>
internal static class DeliveryBenchmark
{
    private const int Connections = 4;

    public static async Task<int> RunAsync(string[] args)
    {
        var people = Setup.Option(args, "--people", 5_000);
        var engine = args.Contains("--postgres") ? Engine.Postgres : Engine.DuckDb;
        await using var sink = new SmtpSink();
        var raw = await RawAsync(sink.Port, people);
        Setup.Print($"MailKit alone, {Connections} connections: {people / raw:N0} mails/s");
        foreach (var handful in new[] { 20, 100 })
        {
            sink.Messages.Clear();
            var seconds = await RunAsync(engine, people, handful, Channels.Email, sink.Port);
            if (sink.Messages.Count != people) throw new InvalidOperationException($"{sink.Messages.Count} of {people} mails arrived.");
            Setup.Print($"outbox to SMTP, {handful} at a time: {people / seconds:N0} mails/s, {raw / seconds:P0} of MailKit alone");
        }
        var hooks = await RunAsync(engine, people, 100, Channels.Webhook, sink.Port);
        Setup.Print($"outbox to the webhooks' outbox, 100 at a time: {people / hooks:N0} messages/s");
        var local = await RunAsync(engine, people, 100, Channels.Email, sink.Port, demo: true);
        Setup.Print($"outbox to the local outbox (claim, write, store, settle): {local / people * 1_000:N2} ms a message");
        return 0;
    }

    private static async Task<double> RunAsync(Engine engine, int people, int handful, string channel, int port, bool demo = false)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Demo:Enabled"] = demo ? "true" : "false", ["Campaigns:SmtpHost"] = "127.0.0.1", ["Campaigns:SmtpPort"] = $"{port}", ["Campaigns:SmtpSecurity"] = "none", ["Campaigns:From"] = "news@shop.example", ["Campaigns:AtOnce"] = $"{handful}",
            ["Campaigns:MailsPerSecond"] = "10000", ["Campaigns:MessagesPerSecond"] = "100000", ["Campaigns:QuietFrom"] = "0", ["Campaigns:QuietTo"] = "0", ["Campaigns:GlobalControl"] = "0", ["Webhooks:InsideHosts:0"] = "127.0.0.1",
        };
        await using var store = await TestStore.OpenAsync(engine, [new WebhooksModule(), new ProfilesModule(), new LearningModule(), new SegmentsModule(), new LiveMetricsModule(), new CatalogModule(), new ForecastingModule(), new InventoryModule(), new RecommendationsModule(), new CampaignsModule()], null,
            s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(TimeProvider.System, TimeZoneInfo.Utc)), settings);
        foreach (var part in Enumerable.Range(0, people).Chunk(5_000))
            await store.Writer.AppendAsync([.. part.Select(i => Make.Event($"i{i}", "identify", $"u{i}", type: EventTypes.Identify, at: DateTimeOffset.UtcNow, traits: $$"""{"email":"u{{i}}@x.example","firstName":"N{{i}}","emailConsent":true}"""))]);
        await using var scope = store.Services.CreateAsyncScope();
        var service = scope.ServiceProvider.GetRequiredService<CampaignService>();
        var spec = new CampaignSpec { Channel = channel, Holdout = 0, Steps = [new CampaignStep { Versions = [new CampaignVersion("A", 1, "Hello {{ person.first_name }}", "<p>Hello {{ person.first_name }}, <a href=\"https://shop.example/new\">look</a>.</p>")] }] };
        var campaign = (await service.CreateAsync("bench", spec, "bench")).Campaign!;
        if (channel == Channels.Webhook) await store.Services.GetRequiredService<WebhookService>().AddAsync($"campaign:{campaign.Id}", "http://127.0.0.1:9/");
        await service.StartAsync(campaign, "bench");
        await store.Services.GetRequiredService<CampaignRunner>().PassAsync();
        var delivery = store.Services.GetRequiredService<DeliveryService>();
        var start = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < people;) sent += await delivery.SendDueAsync();
        var took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var counts = await service.CountsAsync(campaign.Id);
        return counts.Sent == people ? took : throw new InvalidOperationException($"{counts.Sent} of {people} messages were sent.");
    }

    private static async Task<double> RawAsync(int port, int mails)
    {
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, Connections, new ParallelOptions { MaxDegreeOfParallelism = Connections }, async (c, cancel) =>
        {
            using var client = new SmtpClient();
            await client.ConnectAsync("127.0.0.1", port, SecureSocketOptions.None, cancel);
            for (var i = c; i < mails; i += Connections)
            {
                var mail = new MimeMessage { Subject = "Hello", Body = new TextPart("html") { Text = "<p>Hello, <a href=\"https://shop.example/new\">look</a>.</p>" } };
                mail.From.Add(new MailboxAddress("", "news@shop.example"));
                mail.To.Add(new MailboxAddress("", $"u{i}@x.example"));
                await client.SendAsync(mail, cancel);
            }
        });
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
