using System.Diagnostics.CodeAnalysis;
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

    /// <summary>Key of events of nobody known, such as an order in a file without its customer.</summary>
    public const string Nobody = "";

    public static string OfAnonymous(string anonymousId) => AnonymousPrefix + anonymousId;

    public static bool IsAnonymous(string key) => key.StartsWith(AnonymousPrefix, StringComparison.Ordinal);

    /// <summary>The key as records that outlive the person may name it: as it is, or its hash where the shop's ids are e-mail addresses.</summary>
    public static string Reference(string key) =>
        key.Contains('@', StringComparison.Ordinal) ? Digest(key) : key;

    /// <summary>What a key in an address begins with where it is a digest of an e-mail address.</summary>
    public const string LinkPrefix = "md5:";

    /// <summary>Personal data for those who may not see it: enough to tell people apart, no more.</summary>
    public static string? Mask(string? personal)
    {
        if (string.IsNullOrEmpty(personal)) return null;
        var at = personal.IndexOf('@', StringComparison.Ordinal);
        return at > 0 ? $"{personal[0]}***@…" : $"{personal[0]}***";
    }

    /// <summary>A key for those who may not see personal data: masked where it is an e-mail address.</summary>
    public static string MaskKey(string key) => key.Contains('@', StringComparison.Ordinal) ? Mask(key)! : key;

    /// <summary>A key in an address for those who may not see personal data: a digest, which both engines can compute, where it is an e-mail address.</summary>
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "Keeps addresses off the screen; protects no secret.")]
    public static string LinkKey(string key, bool personal) =>
        personal || !key.Contains('@', StringComparison.Ordinal) ? key : LinkPrefix + Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>Names a person without saying who: tells two apart, no more.</summary>
    public static string Digest(string key) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32];
}
