using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace BehaviorDashboard.Campaigns;

/// <summary>
/// Who is held out and who gets which version: a hash of the campaign and the person, so that it can be computed again at any
/// time and a person stays in the same arm. Nothing about the person enters but their key.
/// </summary>
public static class Assignment
{
    public const string Held = "held";
    public const string Out = "out";

    /// <summary>A number in [0, 1) that is this person's alone under this salt.</summary>
    public static double Draw(string salt, string person)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(salt + "\n" + person), hash);
        return (BinaryPrimitives.ReadUInt64BigEndian(hash) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Whether no campaign ever writes to this person.</summary>
    public static bool IsGlobalControl(string person, double share) => Draw("global control", person) < share;

    /// <summary><see cref="Held"/>, or the name of a version.</summary>
    public static string Arm(int campaign, string person, double holdout, IReadOnlyList<CampaignVersion> versions) =>
        Draw($"campaign {campaign} holdout", person) < holdout ? Held : Version(campaign, person, versions).Name;

    public static CampaignVersion Version(int campaign, string person, IReadOnlyList<CampaignVersion> versions)
    {
        var at = Draw($"campaign {campaign} version", person) * versions.Sum(v => v.Share);
        foreach (var version in versions)
            if ((at -= version.Share) < 0) return version;
        return versions[^1];
    }
}
