using System.Text.Json;
using System.Text.RegularExpressions;

namespace BehaviorDashboard.Ingest;

/// <summary>Takes personal data out of what is kept with an event: it belongs in traits.</summary>
internal sealed partial class Redactor(IngestOptions options)
{
    private readonly HashSet<string> _personal = [.. options.PersonalProperties];
    private readonly HashSet<string> _secret = new(options.SecretParameters.Concat(["token", "access_token", "id_token", "code", "password", "pwd", "secret", "email", "sig", "signature", "api_key"]), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether raw JSON may hold what <see cref="Member"/> and <see cref="Value"/> take out.</summary>
    public static bool Suspect(ReadOnlySpan<byte> json) => json.Contains((byte)'@') || SafeJson.Suspect(json);

    /// <summary>One property, as <c>"name":value</c>, with e-mail addresses replaced unless it is declared to hold them.</summary>
    /// <param name="name">Raw, in its quotes; what follows them is ignored.</param>
    public byte[] Member(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var text = SafeJson.Text(name[..(name.LastIndexOf((byte)'"') + 1)]);
        var written = JsonSerializer.SerializeToUtf8Bytes(CleanText(text)!, IngestJson.Default.String);
        return [.. written, (byte)':', .. _personal.Contains(text) ? SafeJson.Rewrite(value, static t => t) : Value(value)];
    }

    /// <summary>Raw JSON with e-mail addresses replaced.</summary>
    public static byte[] Value(ReadOnlySpan<byte> json) => SafeJson.Rewrite(json, static t => CleanText(t)!);

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
