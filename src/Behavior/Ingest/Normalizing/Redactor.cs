using System.Text;
using System.Text.RegularExpressions;

namespace BehaviorDashboard.Ingest;

/// <summary>Takes personal data out of what is kept with an event: it belongs in traits.</summary>
internal sealed partial class Redactor(IngestOptions options)
{
    private readonly HashSet<string> _personal = [.. options.PersonalProperties];
    private readonly HashSet<string> _secret = new(options.SecretParameters.Concat(["token", "access_token", "id_token", "code", "password", "pwd", "secret", "email", "sig", "signature", "api_key"]), StringComparer.OrdinalIgnoreCase);

    /// <summary>Raw JSON of one property with e-mail addresses replaced, unless the property is declared to hold them.</summary>
    public byte[] Clean(ReadOnlySpan<byte> quotedName, ReadOnlySpan<byte> value)
    {
        var name = Encoding.UTF8.GetString(quotedName).Trim('"', ':', ' ');
        return _personal.Contains(name) ? value.ToArray() : Encoding.UTF8.GetBytes(Email().Replace(Encoding.UTF8.GetString(value), "[email]"));
    }

    public static string? CleanText(string? text) => text is null || !text.Contains('@', StringComparison.Ordinal) ? text : Email().Replace(text, "[email]");

    /// <summary>An address without values of secret parameters and without e-mail addresses.</summary>
    public string? CleanUrl(string? url)
    {
        if (url is null) return null;
        var question = url.IndexOf('?', StringComparison.Ordinal);
        if (question < 0) return CleanText(url);
        var parts = url[(question + 1)..].Split('&').Select(p =>
        {
            var equals = p.IndexOf('=', StringComparison.Ordinal);
            return equals > 0 && _secret.Contains(p[..equals]) ? p[..(equals + 1)] + "removed" : p;
        });
        return CleanText(url[..(question + 1)] + string.Join('&', parts).Replace("%40", "@", StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex(@"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+", RegexOptions.CultureInvariant)]
    private static partial Regex Email();
}
