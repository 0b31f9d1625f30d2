using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.FeedbackRules;
using BehaviorDashboard.Testing;
using BehaviorDashboard.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SmtpServer.Protocol;
using Xunit;

namespace BehaviorDashboard.Tests.FeedbackRules;

/// <summary>What a rule tells people: by e-mail over a real SMTP server, outside by webhook, each once.</summary>
public sealed class NoticeTests
{
    private static ActionRequest Mail(string id, string to) => new(id, "notify", "email", null, new Dictionary<string, string> { ["to"] = to, ["message"] = "Conversion fell to 1.2 %." }, "rule:1@1");

    private static async Task<(RulesWorld World, IActionTarget Notify)> OpenAsync(SmtpSink? smtp)
    {
        var world = await RulesWorld.OpenAsync(Engine.DuckDb, services => services.AddSingleton(Options.Create(new CampaignsOptions { SmtpHost = smtp is null ? "" : "127.0.0.1", SmtpPort = smtp?.Port ?? 25, SmtpSecurity = "none", From = "shop@example.com" })));
        return (world, world.Store.Services.GetServices<IActionTarget>().Single(t => t.Target == "notify"));
    }

    [Fact]
    public async Task A_mail_goes_to_everybody_named_and_is_the_same_mail_when_it_is_sent_again()
    {
        await using var smtp = new SmtpSink();
        var (w, notify) = await OpenAsync(smtp);
        await using var _ = w;
        Assert.Null((await notify.ApplyAsync(Mail("3@1!99#0", "ada@example.com, bob@example.com"))).Refusal);
        Assert.Null((await notify.ApplyAsync(Mail("3@1!99#0", "ada@example.com, bob@example.com"))).Refusal);
        var ids = smtp.Messages.Select(m => m.Split("Message-Id: ", StringSplitOptions.None)[1].Split('\r')[0]).ToList();
        Assert.Equal(2, ids.Count);
        Assert.Single(ids.Distinct());
        Assert.All(smtp.Messages, m => Assert.Contains("To: ada@example.com, bob@example.com", m, StringComparison.Ordinal));
        Assert.All(smtp.Messages, m => Assert.Contains("Subject: Conversion fell to 1.2 %.", m, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mail_that_is_refused_for_good_says_so_and_one_that_is_put_off_is_tried_again()
    {
        await using var smtp = new SmtpSink { Answer = _ => new SmtpResponse(SmtpReplyCode.TransactionFailed, "we want no such mail") };
        var (w, notify) = await OpenAsync(smtp);
        await using var _ = w;
        Assert.Contains("we want no such mail", (await notify.ApplyAsync(Mail("a", "ada@example.com"))).Refusal, StringComparison.Ordinal);
        smtp.Answer = _ => new SmtpResponse(SmtpReplyCode.ServiceUnavailable, "later");
        await Assert.ThrowsAsync<IOException>(() => notify.ApplyAsync(Mail("b", "ada@example.com")));
    }

    [Fact]
    public async Task Without_a_server_the_preview_says_so()
    {
        var (w, notify) = await OpenAsync(null);
        await using var _ = w;
        Assert.Contains("Campaigns:SmtpHost", (await notify.PreviewAsync(Mail("a", "ada@example.com"))).Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ada@example.com", null)]
    [InlineData("ada@example.com; bob@example.com", null)]
    [InlineData("ada@example.com, bob", "bob")]
    [InlineData("ada@example.com\r\nBcc: eve@example.com", "Bcc: eve@example.com")]
    [InlineData(" , ", " , ")]
    public void What_is_no_address_is_named(string given, string? wrong) => Assert.Equal(wrong, NoticeMail.Wrong(given));

    [Fact]
    public async Task A_webhook_asked_for_again_is_one_message()
    {
        var (w, notify) = await OpenAsync(null);
        await using var _ = w;
        await w.WithAsync<WebhookService, object?>(async hooks => await hooks.AddAsync("rules", "https://example.com/hook"));
        for (var i = 0; i < 2; i++) await notify.ApplyAsync(new ActionRequest("7@1!5#0", "notify", "webhook", null, new Dictionary<string, string> { ["message"] = "m" }, "rule:7@1"));
        Assert.Equal(1, (await w.WithAsync<WebhookService, IReadOnlyList<WebhookEndpoint>>(h => h.EndpointsAsync("rules"))).Single().Waiting);
    }
}
