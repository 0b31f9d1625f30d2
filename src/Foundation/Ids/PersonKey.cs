using System.Security.Cryptography;
using System.Text;

namespace BehaviorDashboard.Ids;

/// <summary>
/// How a person is named in every table: the shop's own user id as it was sent, or <c>anon:</c> and the anonymous id
/// for somebody who has not signed in yet.
/// </summary>
public static class PersonKey
{
    public const string AnonymousPrefix = "anon:";

    public static string OfAnonymous(string anonymousId) => AnonymousPrefix + anonymousId;

    public static bool IsAnonymous(string key) => key.StartsWith(AnonymousPrefix, StringComparison.Ordinal);

    /// <summary>The key as records that outlive the person may name it: as it is, or its hash where the shop's ids are e-mail addresses.</summary>
    public static string Reference(string key) =>
        key.Contains('@', StringComparison.Ordinal) ? Digest(key) : key;

    /// <summary>Names a person without saying who: tells two apart, no more.</summary>
    public static string Digest(string key) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32];
}
