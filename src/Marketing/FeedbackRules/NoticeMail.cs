using BehaviorDashboard.Campaigns;
using MimeKit;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>
/// The e-mail a rule sends to people of the shop. Its Message-ID follows from the request, so that a mail repeated after a
/// crash is the same mail to whoever receives it (RFC 5322, 3.6.4).
/// </summary>
internal sealed class NoticeMail(MailServer server, TimeProvider time)
{
    private const int MostAddresses = 20;
    private const int LongestSubject = 120;

    public bool CanSend => server.IsReady;

    /// <returns>The first part that is no address, or all of them where there are too many; null where all are well.</returns>
    public static string? Wrong(string addresses)
    {
        var parts = Parts(addresses);
        return parts.Length is 0 or > MostAddresses ? addresses : parts.FirstOrDefault(p => !MailboxAddress.TryParse(p, out var box) || !box.Address.Contains('@', StringComparison.Ordinal));
    }

    /// <summary>Sends it; in the demo nothing leaves the machine.</summary>
    /// <returns>Null, or what the server said.</returns>
    /// <exception cref="IOException">The server could not be reached: later is better.</exception>
    public async Task<string?> SendAsync(string id, string addresses, string message)
    {
        if (server.StaysHere) return null;
        var line = message.ReplaceLineEndings(" ");
        var mail = new MimeMessage { Subject = line.Length > LongestSubject ? line[..LongestSubject] + "…" : line, MessageId = $"{Uri.EscapeDataString(id)}@{server.From.Domain}", Date = time.GetUtcNow(), Body = new TextPart("plain") { Text = message } };
        mail.From.Add(server.From);
        foreach (var part in Parts(addresses)) mail.To.Add(MailboxAddress.Parse(part));
        var answer = await server.SendAsync(mail);
        return answer.State switch
        {
            "sent" => null,
            "failed" => answer.Problem ?? answer.State,
            _ => throw new IOException(answer.Problem),
        };
    }

    private static string[] Parts(string addresses) => addresses.Split([',', ';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
