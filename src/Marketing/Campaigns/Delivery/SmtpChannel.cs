using System.Globalization;
using System.Text.RegularExpressions;
using MimeKit;

namespace BehaviorDashboard.Campaigns;

/// <summary>E-mail over SMTP, or into a local outbox in the demo, which must never write to anybody.</summary>
internal sealed partial class SmtpChannel(MailServer server, OutboxStore outbox, PublicLinks links, TimeProvider time) : IChannel
{
    private const int Connections = 4;

    public string Channel => Channels.Email;

    public bool StaysHere => server.StaysHere;

    public string? Missing => server.IsReady ? null : "NoSmtp";

    public async Task<IReadOnlyList<Handover>> SendAsync(Campaign campaign, IReadOnlyList<(OutboxMessage Message, RenderedMessage Text)> messages, CancellationToken cancel)
    {
        var answers = new Handover[messages.Count];
        // A message once begun is finished even while the product stops: half a hand-over is the one thing nobody can judge.
        await Parallel.ForAsync(0, messages.Count, new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = CancellationToken.None }, async (i, _) =>
            answers[i] = StaysHere ? await KeepAsync(messages[i].Message, messages[i].Text, cancel) : cancel.IsCancellationRequested ? new Handover("waiting") : await SendAsync(campaign, messages[i].Message, messages[i].Text));
        return answers;
    }

    private async Task<Handover> KeepAsync(OutboxMessage message, RenderedMessage text, CancellationToken cancel)
    {
        await outbox.AddMailAsync(message, text, time.GetUtcNow(), cancel);
        return Handover.Sent;
    }

    private async Task<Handover> SendAsync(Campaign campaign, OutboxMessage message, RenderedMessage text) =>
        MailboxAddress.TryParse(message.Email, out var to) ? await server.SendAsync(Build(campaign, message, to, text)) : new Handover("failed", "no_address");

    private MimeMessage Build(Campaign campaign, OutboxMessage message, MailboxAddress to, RenderedMessage text)
    {
        var from = server.From;
        var mail = new MimeMessage { Subject = text.Subject, MessageId = $"{message.Id}@{from.Domain}", Date = time.GetUtcNow() };
        mail.From.Add(from);
        mail.To.Add(new MailboxAddress(message.Name, to.Address));
        mail.Headers.Add("List-Unsubscribe", $"<{links.Unsubscribe(message)}>");
        mail.Headers.Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        mail.Headers.Add("Feedback-ID", string.Create(CultureInfo.InvariantCulture, $"c{campaign.Id}:{message.Arm}:behavior"));
        mail.Body = new BodyBuilder { HtmlBody = text.Body, TextBody = Plain(text.Body) }.ToMessageBody();
        return mail;
    }

    /// <summary>What remains of a body for readers without HTML.</summary>
    internal static string Plain(string html)
    {
        var linked = Link().Replace(html, "$2 ($1)");
        var text = System.Net.WebUtility.HtmlDecode(Tag().Replace(Break().Replace(linked, "\n"), ""));
        return Blank().Replace(text, "\n\n").Trim();
    }

    [GeneratedRegex("""<a\b[^>]*href="([^"]*)"[^>]*>(.*?)</a>""", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Link();

    [GeneratedRegex(@"<br\s*/?>|</p>|</div>|</h\d>|</li>|</tr>", RegexOptions.IgnoreCase)]
    private static partial Regex Break();

    [GeneratedRegex("<style.*?</style>|<[^>]+>", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Tag();

    [GeneratedRegex(@"[ \t]*\n\s*\n\s*")]
    private static partial Regex Blank();
}
