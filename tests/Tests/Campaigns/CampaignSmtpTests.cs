using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Testing;
using SmtpServer.Protocol;
using Xunit;

namespace BehaviorDashboard.Tests.Campaigns;

/// <summary>A mail server that is busy, refuses, or is gone.</summary>
public sealed class CampaignSmtpTests
{
    private static Task<CampaignWorld> OpenAsync(int port) => CampaignWorld.OpenAsync(Engine.DuckDb, new Dictionary<string, string?>
    {
        ["Demo:Enabled"] = "false", ["Campaigns:SmtpHost"] = "127.0.0.1", ["Campaigns:SmtpPort"] = $"{port}", ["Campaigns:SmtpSecurity"] = "none", ["Campaigns:From"] = "news@shop.example", ["Campaigns:FirstWaitSeconds"] = "10", ["Campaigns:Attempts"] = "3",
    });

    [Fact]
    public async Task Who_is_busy_is_asked_again_and_who_refuses_is_not()
    {
        await using var sink = new SmtpSink();
        await using var world = await OpenAsync(sink.Port);
        await world.PeopleAsync(3);
        var busy = true;
        sink.Answer = mail => mail.Contains("p0001@", StringComparison.Ordinal) && busy ? new SmtpResponse((SmtpReplyCode)451, "later") : mail.Contains("p0002@", StringComparison.Ordinal) ? new SmtpResponse(SmtpReplyCode.TransactionFailed, "never") : null;
        var campaign = await world.StartAsync(CampaignWorld.Spec(0));
        await world.DrainAsync();
        Assert.Equal((1L, 1L, 1L), (await world.Service.CountsAsync(campaign.Id)) is var first ? (first.Sent, first.Waiting, first.Failed) : default);
        busy = false;
        world.Time.Advance(TimeSpan.FromSeconds(30));
        await world.DrainAsync();
        Assert.Equal((2L, 0L, 1L), (await world.Service.CountsAsync(campaign.Id)) is var then ? (then.Sent, then.Waiting, then.Failed) : default);
        Assert.Equal(2, sink.Messages.Count);
    }

    [Fact]
    public async Task A_server_that_is_gone_is_tried_with_growing_waits_and_then_a_person_decides()
    {
        int port;
        await using (var sink = new SmtpSink()) port = sink.Port;
        await using var world = await OpenAsync(port);
        await world.PeopleAsync(4);
        var campaign = await world.StartAsync(CampaignWorld.Spec(0));
        await world.DrainAsync();
        Assert.Equal(4, (await world.Service.CountsAsync(campaign.Id)).Waiting);
        await world.DrainAsync();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            world.Time.Advance(TimeSpan.FromMinutes(2));
            await world.DrainAsync();
        }
        Assert.Equal(4, (await world.Service.CountsAsync(campaign.Id)).Failed);
        Assert.Equal(4, await world.Service.SendAgainAsync((await world.Service.FindAsync(campaign.Id))!, "ann"));
        Assert.Equal(4, (await world.Service.CountsAsync(campaign.Id)).Waiting);
    }
}
