using System.Security.Cryptography;
using System.Text;

namespace BehaviorDashboard.Imports;

/// <summary>
/// A key for people whom a file names only by e-mail: the same in every file, and no personal data in the events.
/// </summary>
internal static class PersonIds
{
    public static string OfEmail(string email) =>
        "email-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(email.Trim().ToLowerInvariant())).AsSpan(0, 12));
}
