using System.Net.Mail;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Identity;

namespace BehaviorDashboard.Accounts;

/// <summary>What an Admin does with other people's accounts. Every act is audited and, where it takes rights away, ends their sessions.</summary>
internal sealed class AccountsService(AccountStore store, UserManager<Account> users, IAuditLog audit, TimeProvider time)
{
    public static IReadOnlyList<string> Roles { get; } = [Access.Marketer, Access.Manager, Access.Admin];

    public Task<IReadOnlyList<Account>> ListAsync(CancellationToken cancel = default) => store.ListAsync(cancel);

    public Task<Account?> FindAsync(string id, CancellationToken cancel = default) => store.FindAsync(id, cancel);

    /// <summary>Makes an account without a password; its one-time link lets the person choose one.</summary>
    public async Task<(AccountResult Result, Account? Account)> InviteAsync(string email, string name, string role, CancellationToken cancel = default)
    {
        email = email.Trim();
        if (!IsEmail(email)) return (AccountResult.EmailInvalid, null);
        DemandRole(role);
        var account = new Account { Email = email, NormalizedEmail = users.NormalizeEmail(email), Name = name.Trim() is { Length: > 0 } n ? n : email, Role = role, CreatedAt = time.GetUtcNow() };
        if (!await store.InsertAsync(account, cancel)) return (AccountResult.EmailTaken, null);
        await RecordAsync("account.invited", account.Id, new { role }, cancel);
        return (AccountResult.Done, account);
    }

    /// <summary>Address, relative to the product, under which the person chooses a password once.</summary>
    public async Task<string?> LinkAsync(string id, CancellationToken cancel = default)
    {
        if (await store.FindAsync(id, cancel) is not { } account) return null;
        var token = await users.GeneratePasswordResetTokenAsync(account);
        await RecordAsync("account.link_made", id, null, cancel);
        return $"set-password?id={account.Id}&token={Uri.EscapeDataString(token)}";
    }

    public Task<AccountResult> ChangeRoleAsync(string id, string role, CancellationToken cancel = default)
    {
        DemandRole(role);
        string? before = null;
        return ChangeAsync(id, account => (before, account.Role) = (account.Role, role), "account.role_changed", () => new { before, after = role }, cancel);
    }

    public Task<AccountResult> LockAsync(string id, CancellationToken cancel = default) =>
        ChangeAsync(id, account => account.LockoutEnd = Account.Forever, "account.locked", null, cancel);

    public Task<AccountResult> UnlockAsync(string id, CancellationToken cancel = default) =>
        ChangeAsync(id, account => (account.LockoutEnd, account.FailedCount) = (null, 0), "account.unlocked", null, cancel);

    /// <summary>Ends every session and every open link of the person.</summary>
    public Task<AccountResult> RevokeSessionsAsync(string id, CancellationToken cancel = default) => ChangeAsync(id, _ => { }, "account.sessions_revoked", null, cancel);

    /// <summary>Takes the second factor away, for a person who lost the phone.</summary>
    public Task<AccountResult> ResetTwoFactorAsync(string id, CancellationToken cancel = default) =>
        ChangeAsync(id, account => (account.TwoFactor, account.AuthenticatorKey, account.RecoveryCodes) = (false, null, null), "account.two_factor_reset", null, cancel);

    public async Task<AccountResult> RemoveAsync(string id, CancellationToken cancel = default)
    {
        var result = await store.ChangeAsync(id, null, cancel);
        if (result == AccountResult.Done) await RecordAsync("account.removed", id, null, cancel);
        return result;
    }

    private static void DemandRole(string role)
    {
        if (!Roles.Contains(role)) throw new ArgumentException($"'{role}' is not a role.", nameof(role));
    }

    public static bool IsEmail(string? email) =>
        email is { Length: > 2 and <= 254 } && MailAddress.TryCreate(email, out var parsed) && parsed.Address == email && !email.Any(char.IsControl);

    private async Task<AccountResult> ChangeAsync(string id, Action<Account> change, string action, Func<object>? detail, CancellationToken cancel)
    {
        var result = await store.ChangeAsync(id, account =>
        {
            change(account);
            account.SecurityStamp = Account.NewStamp();
        }, cancel);
        if (result == AccountResult.Done) await RecordAsync(action, id, detail?.Invoke(), cancel);
        return result;
    }

    private Task RecordAsync(string action, string id, object? detail, CancellationToken cancel) =>
        audit.RecordAsync(new AuditEntry(action, id, detail is null ? null : JsonSerializer.Serialize(detail)), cancel);
}
