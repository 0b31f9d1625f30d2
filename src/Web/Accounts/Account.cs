namespace BehaviorDashboard.Accounts;

/// <summary>A person who may sign in. Mutable, because ASP.NET Core Identity changes it field by field before it saves.</summary>
public sealed class Account
{
    /// <summary>Until when an account is locked that an Admin locked: for good.</summary>
    public static readonly DateTimeOffset Forever = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string Id { get; set; } = Guid.CreateVersion7().ToString("N");

    public string Email { get; set; } = "";

    public string NormalizedEmail { get; set; } = "";

    /// <summary>How the person is called on screen.</summary>
    public string Name { get; set; } = "";

    /// <summary>One of the roles of <see cref="Contracts.Access"/>.</summary>
    public string Role { get; set; } = "";

    /// <summary>Null until the person has opened the one-time link.</summary>
    public string? PasswordHash { get; set; }

    /// <summary>Changes whenever every open session must end.</summary>
    public string SecurityStamp { get; set; } = NewStamp();

    public string ConcurrencyStamp { get; set; } = NewStamp();

    public DateTimeOffset? LockoutEnd { get; set; }

    public int FailedCount { get; set; }

    public bool TwoFactor { get; set; }

    public string? AuthenticatorKey { get; set; }

    /// <summary>Unused recovery codes, hashed, with semicolons between.</summary>
    public string? RecoveryCodes { get; set; }

    public string? LoginProvider { get; set; }

    public string? LoginKey { get; set; }

    public bool Demo { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? LastSignInAt { get; set; }

    public bool LockedByAdmin => LockoutEnd >= Forever;

    /// <summary>True when the person has a way to sign in: a password or a login at the identity provider.</summary>
    public bool Active => !LockedByAdmin && (PasswordHash is not null || LoginKey is not null);

    public static string NewStamp() => Guid.NewGuid().ToString("N");
}
