using System.Collections.Concurrent;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using MimeKit;

namespace BehaviorDashboard.Campaigns;

/// <summary>The shop's SMTP server; connections are kept and used again.</summary>
internal sealed class MailServer(IOptions<CampaignsOptions> options, IConfiguration configuration) : IDisposable
{
    private static readonly int Timeout = (int)TimeSpan.FromSeconds(60).TotalMilliseconds;
    private readonly CampaignsOptions _options = options.Value;
    private readonly ConcurrentBag<SmtpClient> _idle = [];

    /// <summary>The demo never writes to anybody.</summary>
    public bool StaysHere => configuration.GetValue<bool>("Demo:Enabled");

    /// <summary>Whether mail can be sent: the demo keeps it, everybody else needs a server and a sender.</summary>
    public bool IsReady => StaysHere || (_options.SmtpHost.Length > 0 && MailboxAddress.TryParse(_options.From, out _));

    /// <summary>The shop's sender.</summary>
    public MailboxAddress From => MailboxAddress.Parse(_options.From);

    public void Dispose()
    {
        while (_idle.TryTake(out var client)) client.Dispose();
    }

    /// <summary>Hands one mail to the server. Once begun it is not given up: half a hand-over is the one thing nobody can judge.</summary>
    public async Task<Handover> SendAsync(MimeMessage mail)
    {
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
            await client.SendAsync(mail);
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
}
