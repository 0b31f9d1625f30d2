using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BehaviorDashboard.Campaigns;

/// <summary>Names a message by what it is: the same campaign, person, occasion and step give the same name, so nothing can be put into the outbox twice.</summary>
internal static class MessageId
{
    public static string Of(int campaign, string person, string entry, int step) =>
        string.Create(CultureInfo.InvariantCulture, $"c{campaign}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(person + "\n" + entry)))[..24]}-{step}");
}
