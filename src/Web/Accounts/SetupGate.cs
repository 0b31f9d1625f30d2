using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Accounts;

/// <summary>
/// The first start: while nobody can sign in, whoever has a code printed on a server's console may make the first
/// Admin. Closes for good with the first account, however it came about.
/// </summary>
internal sealed class SetupGate(AccountStore store, DemoMode demo, AuditLog audit, IDataProtectionProvider protection, IOptions<AccountsOptions> options, TimeProvider time)
{
    private readonly IDataProtector _codes = protection.CreateProtector("BehaviorDashboard.Setup");
    private volatile bool _closed;

    /// <summary>A code for a link, kept nowhere. Every web node on this store knows it for one: a proxy may bring its reader to any of them.</summary>
    public string NewCode() => _codes.Protect(time.GetUtcNow().AddHours(options.Value.LinkHours).ToString("O", CultureInfo.InvariantCulture));

    public async ValueTask<bool> IsOpenAsync(CancellationToken cancel = default)
    {
        if (_closed || demo.On) return false;
        if (await store.IsSetupOpenAsync(cancel)) return true;
        _closed = true;
        return false;
    }

    public async ValueTask<bool> AdmitsAsync(string? code, CancellationToken cancel = default) => IsGood(code) && await IsOpenAsync(cancel);

    /// <returns>The first Admin, or what is wrong with the name, address or password.</returns>
    public async Task<(Account? Account, IReadOnlyList<string> Problems)> CreateAdminAsync(UserManager<Account> users, string email, string name, string password, string how, CancellationToken cancel)
    {
        var account = new Account { Email = email.Trim(), Name = name.Trim() is { Length: > 0 } n ? n : email.Trim(), Role = Access.Admin, CreatedAt = time.GetUtcNow() };
        account.NormalizedEmail = users.NormalizeEmail(account.Email);
        var problems = new List<string>();
        if (!AccountsService.IsEmail(account.Email)) problems.Add(nameof(IdentityErrorDescriber.InvalidEmail));
        foreach (var validator in users.PasswordValidators)
            problems.AddRange((await validator.ValidateAsync(users, account, password)).Errors.Select(e => e.Code));
        if (problems.Count > 0) return (null, problems);
        account.PasswordHash = users.PasswordHasher.HashPassword(account, password);
        if (!await store.CreateFirstAsync(account, cancel)) return (null, ["SetupClosed"]);
        _closed = true;
        await audit.RecordAsync(new AuditEntry("setup.completed", account.Id, JsonSerializer.Serialize(new { how })), new AuditActor(AuditActor.Person, account.Id, account.Name, null), cancel);
        return (account, []);
    }

    private bool IsGood(string? code)
    {
        try
        {
            return code is { Length: > 0 and < 1_000 } && DateTimeOffset.Parse(_codes.Unprotect(code), CultureInfo.InvariantCulture) > time.GetUtcNow();
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
