using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BehaviorDashboard.Webhooks;

/// <summary>Signatures as the Standard Webhooks specification has them, so that receivers verify with any of its libraries.</summary>
public static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string Prefix = "whsec_";

    public static string NewSecret() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <returns>The value of <see cref="SignatureHeader"/>.</returns>
    public static string Sign(string secret, string id, DateTimeOffset at, string body)
    {
        var key = Convert.FromBase64String(secret[Prefix.Length..]);
        var signed = $"{id}.{at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}.{body}";
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)));
    }
}
