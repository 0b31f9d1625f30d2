using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using MimeKit;

namespace BehaviorDashboard.Campaigns;

/// <summary>E-mail over SMTP, or into a local outbox in the demo, which must never write to anybody.</summary>
internal sealed partial class SmtpChannel(IOptions<CampaignsOptions> options, IConfiguration configuration, OutboxStore outbox, PublicLinks links, TimeProvider time) : IChannel, IDisposable
{
    private const int Connections = 4;
    private static readonly int Timeout = (int)TimeSpan.FromSeconds(60).TotalMilliseconds;
    private readonly CampaignsOptions _options = options.Value;
    private readonly ConcurrentBag<SmtpClient> _idle = [];

    public string Channel => Channels.Email;

    public bool StaysHere => configuration.GetValue<bool>("Demo:Enabled");

    public string? Missing => StaysHere || (_options.SmtpHost.Length > 0 && MailboxAddress.TryParse(_options.From, out _)) ? null : "NoSmtp";

    public async Task<IReadOnlyList<Handover>> SendAsync(Campaign campaign, IReadOnlyList<(OutboxMessage Message, RenderedMessage Text)> messages, CancellationToken cancel)
    {
        var answers = new Handover[messages.Count];
        // A message once begun is finished even while the product stops: half a hand-over is the one thing nobody can judge.
        await Parallel.ForAsync(0, messages.Count, new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = CancellationToken.None }, async (i, _) =>
            answers[i] = StaysHere ? await KeepAsync(messages[i].Message, messages[i].Text, cancel) : cancel.IsCancellationRequested ? new Handover("waiting") : await SendAsync(campaign, messages[i].Message, messages[i].Text));
        return answers;
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var client)) client.Dispose();
    }

    private async Task<Handover> KeepAsync(OutboxMessage message, RenderedMessage text, CancellationToken cancel)
    {
        await outbox.AddMailAsync(message, text, time.GetUtcNow(), cancel);
        return Handover.Sent;
    }

    private async Task<Handover> SendAsync(Campaign campaign, OutboxMessage message, RenderedMessage text)
    {
        if (!MailboxAddress.TryParse(message.Email, out var to)) return new Handover("failed", "no_address");
        SmtpClient client;
        try
        {
            client = await ConnectAsync();
        }
        catch (Exception problem) when (problem is IOException or System.Net.Sockets.SocketException or ProtocolException or CommandException or AuthenticationException or SslHandshakeException or OperationCanceledException)
        {
            return new Handover("waiting", problem.Message);
        }
        try
        {
            await client.SendAsync(Build(campaign, message, to, text));
            _idle.Add(client);
            return Handover.Sent;
        }
        catch (SmtpCommandException refused)
        {
            // The server has spoken: 4xx is "later", 5xx is "never".
            if (client.IsConnected) _idle.Add(client);
            else client.Dispose();
            var never = (int)refused.StatusCode >= 500;
            return new Handover(never ? "failed" : "waiting", never && refused.ErrorCode == SmtpErrorCode.RecipientNotAccepted ? "bounced" : refused.Message);
        }
        catch (Exception problem) when (problem is IOException or System.Net.Sockets.SocketException or ProtocolException or OperationCanceledException)
        {
            // The line broke after the hand-over had begun.
            client.Dispose();
            return new Handover("unclear", problem.Message);
        }
    }

    private async Task<SmtpClient> ConnectAsync()
    {
        while (_idle.TryTake(out var idle))
        {
            try
            {
                await idle.NoOpAsync();
                return idle;
            }
            catch (Exception gone) when (gone is IOException or ProtocolException or CommandException or InvalidOperationException or System.Net.Sockets.SocketException)
            {
                idle.Dispose();
            }
        }
        var client = new SmtpClient { Timeout = Timeout };
        try
        {
            var security = _options.SmtpSecurity switch { "none" => SecureSocketOptions.None, "starttls" => SecureSocketOptions.StartTls, "tls" => SecureSocketOptions.SslOnConnect, _ => SecureSocketOptions.Auto };
            await client.ConnectAsync(_options.SmtpHost, _options.SmtpPort, security);
            if (_options.SmtpUser.Length > 0) await client.AuthenticateAsync(_options.SmtpUser, _options.SmtpPassword);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private MimeMessage Build(Campaign campaign, OutboxMessage message, MailboxAddress to, RenderedMessage text)
    {
        var from = MailboxAddress.Parse(_options.From);
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
