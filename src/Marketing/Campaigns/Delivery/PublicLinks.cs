using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Campaigns;

/// <summary>Whom a link in a message belongs to.</summary>
internal sealed record LinkOwner(int Campaign, string Person, string MessageId, string? Target = null);

/// <summary>
/// Addresses that people reach without signing in: leaving, opening, clicking. They carry who and what sealed with the
/// product's keys, so that nobody can unsubscribe others or be sent elsewhere by a link that looks like the shop's.
/// </summary>
internal sealed partial class PublicLinks(IDataProtectionProvider protection, IOptions<CampaignsOptions> options, IServer? server = null)
{
    private const char Gap = '\u001f';
    private readonly IDataProtector _protector = protection.CreateProtector("Campaigns.Links");

    private string Base => (options.Value.PublicUrl.Length > 0 ? options.Value.PublicUrl : server?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5000").TrimEnd('/');

    public string Unsubscribe(OutboxMessage message) => $"{Base}/m/u/{Seal(message, null)}";

    /// <summary>Every web link leads past the counter to where it led, with the campaign in its address; a picture of one point counts openings.</summary>
    public string Count(string html, OutboxMessage message)
    {
        var counted = Href().Replace(html, match =>
        {
            var target = System.Net.WebUtility.HtmlDecode(match.Groups[1].Value);
            return target.StartsWith(Base + "/m/", StringComparison.Ordinal) || !Uri.TryCreate(target, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
                ? match.Value : $"href=\"{Base}/m/c/{Seal(message, Tagged(target, message.CampaignId))}\"";
        });
        return counted + $"<img src=\"{Base}/m/o/{Seal(message, null)}\" width=\"1\" height=\"1\" alt=\"\">";
    }

    /// <returns>Null where somebody made the link up.</returns>
    public LinkOwner? Open(string token)
    {
        try
        {
            var parts = System.Text.Encoding.UTF8.GetString(_protector.Unprotect(WebEncoders.Base64UrlDecode(token))).Split(Gap);
            return parts.Length == 4 ? new LinkOwner(int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], parts[2], parts[3].Length == 0 ? null : parts[3]) : null;
        }
        catch (Exception broken) when (broken is CryptographicException or FormatException)
        {
            return null;
        }
    }

    public static string Reference(int campaign) => "c" + campaign.ToString(CultureInfo.InvariantCulture);

    /// <summary>How events from outside name a campaign; the product's own always by <see cref="Reference(int)"/>.</summary>
    public static string Reference(int campaign, CampaignSpec spec) => spec.Reference.Length > 0 ? spec.Reference : Reference(campaign);

    private static string Tagged(string target, int campaign) =>
        target.Contains("utm_campaign=", StringComparison.Ordinal) ? target : QueryHelpers.AddQueryString(target, new Dictionary<string, string?> { ["utm_campaign"] = Reference(campaign), ["utm_medium"] = "email" });

    private string Seal(OutboxMessage message, string? target) =>
        WebEncoders.Base64UrlEncode(_protector.Protect(System.Text.Encoding.UTF8.GetBytes(string.Join(Gap, message.CampaignId.ToString(CultureInfo.InvariantCulture), message.Person, message.Id, target ?? ""))));

    [GeneratedRegex("href=\"([^\"]+)\"", RegexOptions.IgnoreCase)]
    private static partial Regex Href();
}
