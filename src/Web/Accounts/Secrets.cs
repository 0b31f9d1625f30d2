using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace BehaviorDashboard.Accounts;

/// <summary>Random codes, how they are stored, and how they are compared.</summary>
internal static class Secrets
{
    /// <summary>256 random bits, safe in an address.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>What is stored of a random secret. It is long and random, so a slow hash would add nothing.</summary>
    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Compares in a time that tells nothing about where the two differ, nor about the length of ours.</summary>
    public static bool Same(string? given, string ours) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given ?? "")), SHA256.HashData(Encoding.UTF8.GetBytes(ours)));
}
