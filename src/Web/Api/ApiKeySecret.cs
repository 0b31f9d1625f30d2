using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace BehaviorDashboard.Api;

/// <summary>A key as a program presents it: <c>bdk_id_secret</c>, the secret being 32 random bytes.</summary>
internal readonly record struct ApiKeySecret(string Id, byte[] Hash)
{
    private const string Prefix = "bdk_";
    private const int IdLength = 12;
    private const int SecretLength = 43;

    public static (string Id, string Presented, byte[] Hash) New()
    {
        var id = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", IdLength);
        var presented = $"{Prefix}{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";
        return (id, presented, HashOf(presented));
    }

    /// <returns>Null when it cannot be one of our keys; costs no look-up.</returns>
    public static ApiKeySecret? Parse(string presented)
    {
        if (presented.Length != Prefix.Length + IdLength + 1 + SecretLength || !presented.StartsWith(Prefix, StringComparison.Ordinal) || presented[Prefix.Length + IdLength] != '_') return null;
        var id = presented.AsSpan(Prefix.Length, IdLength);
        foreach (var sign in id)
            if (!char.IsAsciiLetterLower(sign) && !char.IsAsciiDigit(sign)) return null;
        return new ApiKeySecret(id.ToString(), HashOf(presented));
    }

    // 256 random bits cannot be guessed from their hash, so a slow hash would only slow every request.
    private static byte[] HashOf(string presented) => SHA256.HashData(Encoding.UTF8.GetBytes(presented));
}
