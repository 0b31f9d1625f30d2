using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Testing;
using BehaviorDashboard.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Campaigns;

/// <summary>The ways a message travels beside e-mail: signed to another program, as a file, and onto the shop's own pages.</summary>
public sealed class CampaignChannelsTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static CampaignSpec Over(string channel) => CampaignWorld.Spec(0) with { Channel = channel };

    [Theory, MemberData(nameof(Engines))]
    public async Task A_webhook_campaign_waits_for_a_receiver_and_sends_each_person_once_signed(Engine engine)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var world = await CampaignWorld.OpenAsync(engine, new Dictionary<string, string?> { ["Webhooks:InsideHosts:0"] = "127.0.0.1", ["Campaigns:FirstWaitSeconds"] = "1" });
        await world.PeopleAsync(5);
        var campaign = await world.StartAsync(Over(Channels.Webhook));
        await world.DrainAsync();
        Assert.Equal(5, (await world.Service.CountsAsync(campaign.Id)).Waiting);
        var added = await world.Store.Services.GetRequiredService<WebhookService>().AddAsync(WebhookChannel.Owner(campaign.Id), new Uri(receiver.Address, "/in").ToString());
        world.Time.Advance(TimeSpan.FromSeconds(5));
        await world.DrainAsync();
        await world.Store.Services.GetRequiredService<WebhookSender>().SendDueAsync();
        Assert.Equal(5, (await world.Service.CountsAsync(campaign.Id)).Sent);
        Assert.Equal(5, receiver.Requests.Count);
        var people = new List<string>();
        foreach (var got in receiver.Requests)
        {
            var signed = HMACSHA256.HashData(Convert.FromBase64String(added.Secret!["whsec_".Length..]), Encoding.UTF8.GetBytes($"{got.Headers["webhook-id"]}.{got.Headers["webhook-timestamp"]}.{got.Body}"));
            Assert.Equal("v1," + Convert.ToBase64String(signed), got.Headers["webhook-signature"]);
            var data = JsonDocument.Parse(got.Body).RootElement.GetProperty("data");
            people.Add(data.GetProperty("user_id").GetString()!);
            Assert.Equal((campaign.Id, "A", $"Hi N{int.Parse(people[^1][1..], null)}"), (data.GetProperty("campaign").GetProperty("id").GetInt32(), data.GetProperty("version").GetString(), data.GetProperty("subject").GetString()));
        }
        Assert.Equal(["p0001", "p0002", "p0003", "p0004", "p0005"], people.Order());
        Assert.Equal(5, await world.Store.Database.ScalarAsync<long>("select count(*) from events where name = 'Campaign Message Sent' and campaign_id = @Id", new { Id = $"c{campaign.Id}" }));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_hand_over_holds_everybody_once_and_nobody_who_left_meanwhile(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(6);
        var campaign = await world.StartAsync(Over(Channels.Csv));
        await world.DrainAsync();
        Assert.Equal(6, (await world.Service.CountsAsync(campaign.Id)).Waiting);
        await using (var scope = world.Store.Services.CreateAsyncScope()) await scope.ServiceProvider.GetRequiredService<FeedbackService>().TakeAsync("unsubscribed", null, "p0004", default);
        var files = world.Store.Services.GetRequiredService<HandOver>();
        var rows = await files.TakeAsync(campaign, default);
        Assert.Equal(["p0001", "p0002", "p0003", "p0005", "p0006"], rows.Select(r => (string)r[1]!).Order());
        Assert.All(rows, r => Assert.Equal($"{r[1]}@shop.example", r[2]));
        Assert.Empty(await files.TakeAsync(campaign, default));
        Assert.Equal((5L, 1L), ((await world.Service.CountsAsync(campaign.Id)).Sent, (await world.Service.CountsAsync(campaign.Id)).Skipped));
        // The tool it is handed to is counted against: orders of people written to follow from here on.
        Assert.Equal(5, await world.Store.Database.ScalarAsync<long>("select count(*) from events where name = 'Campaign Message Sent' and campaign_id = @Id", new { Id = $"c{campaign.Id}" }));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_message_on_the_shops_page_is_shown_once_to_whom_it_is_for_and_who_wants_it(Engine engine)
    {
        await using var world = await CampaignWorld.OpenAsync(engine);
        await world.PeopleAsync(3);
        var campaign = await world.StartAsync(Over(Channels.Onsite));
        await world.DrainAsync();
        var files = world.Store.Services.GetRequiredService<HandOver>();
        Assert.Empty(await files.ShowAsync("stranger", default));
        var shown = JsonSerializer.SerializeToElement(Assert.Single(await files.ShowAsync("p0002", default)));
        Assert.Equal(($"c{campaign.Id}", "Hi N2"), (shown.GetProperty("campaign_id").GetString(), shown.GetProperty("title").GetString()));
        Assert.Empty(await files.ShowAsync("p0002", default));
        await using (var scope = world.Store.Services.CreateAsyncScope()) await scope.ServiceProvider.GetRequiredService<BehaviorDashboard.Profiles.ConsentService>().SetAsync("p0003", BehaviorDashboard.Profiles.Purposes.Personalisation, false, "test");
        Assert.Empty(await files.ShowAsync("p0003", default));
        Assert.Equal((1L, 1L, 1L), (await world.Service.CountsAsync(campaign.Id)) is var c ? (c.Sent, c.Skipped, c.Waiting) : default);
    }
}
