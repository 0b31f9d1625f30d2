using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.Accounts;

/// <summary>Signing in. Section <c>Accounts</c>.</summary>
public sealed record AccountsOptions
{
    public const string Section = "Accounts";

    /// <summary>Wrong passwords in a row before an account is locked for a while.</summary>
    [Range(3, 100)]
    public int LockoutAttempts { get; init; } = 5;

    /// <summary>How long such a lock lasts.</summary>
    [Range(1, 1_440)]
    public int LockoutMinutes { get; init; } = 15;

    /// <summary>Posts to /auth/* that one address may send in a minute.</summary>
    [Range(1, 10_000)]
    public int AuthPostsPerMinute { get; init; } = 10;

    /// <summary>Shortest password that may be chosen.</summary>
    [Range(8, 128)]
    public int PasswordLength { get; init; } = 12;

    /// <summary>Hours without a request after which a session ends, unless "stay signed in" was chosen (then 14 days).</summary>
    [Range(1, 720)]
    public int SessionHours { get; init; } = 12;

    /// <summary>How long a session may live on after it was revoked or its role changed; open pages look just as often.</summary>
    [Range(1, 600)]
    public int RevalidateSeconds { get; init; } = 30;

    /// <summary>Hours for which a one-time password link is good.</summary>
    [Range(1, 720)]
    public int LinkHours { get; init; } = 48;

    /// <summary>Whether the one-time link that makes the first Admin is printed at start.</summary>
    public bool PrintSetupLink { get; init; } = true;

    public OidcOptions Oidc { get; init; } = new();
}

/// <summary>OpenID Connect. Off while <see cref="Authority"/> is empty.</summary>
public sealed record OidcOptions
{
    /// <summary>Address of the identity provider; its /.well-known/openid-configuration is read.</summary>
    public string Authority { get; init; } = "";

    public string ClientId { get; init; } = "";

    public string ClientSecret { get; init; } = "";

    /// <summary>Words on the button.</summary>
    public string Name { get; init; } = "OpenID Connect";

    /// <summary>Scopes asked for beyond openid, profile and email.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Claim that carries groups or roles; may occur several times.</summary>
    public string RoleClaim { get; init; } = "roles";

    /// <summary>Value of that claim to our role: Marketer, Manager or Admin. The most powerful one found wins.</summary>
    public IReadOnlyDictionary<string, string> Roles { get; init; } = new Dictionary<string, string>();

    /// <summary>Role of people whose claim names none of ours; empty refuses them.</summary>
    public string DefaultRole { get; init; } = "";

    /// <summary>False only for a provider on the same machine without TLS.</summary>
    public bool RequireHttps { get; init; } = true;

    public bool Enabled => Authority.Length > 0;
}
