using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Identity;

namespace BehaviorDashboard.Accounts;

/// <summary>What people do with their own account. A new password or second factor ends every session, the present one included.</summary>
internal sealed class OwnAccount(UserManager<Account> users, IAuditLog audit)
{
    private const int RecoveryCodes = 8;

    public Task<Account?> FindAsync(string id) => users.FindByIdAsync(id);

    /// <returns>A code of what is wrong, or null.</returns>
    public async Task<string?> ChangePasswordAsync(string id, string current, string chosen)
    {
        if (await users.FindByIdAsync(id) is not { Demo: false } account) return "Other";
        if (await CheckAsync(account, current) is { } wrong) return wrong;
        var result = await users.ChangePasswordAsync(account, current, chosen);
        if (!result.Succeeded) return result.Errors.First().Code;
        await audit.RecordAsync(new AuditEntry("account.password_set", id));
        return null;
    }

    /// <summary>A secret for an authenticator app; it does nothing until a code of it was confirmed and the factor switched on.</summary>
    public async Task<string?> NewSecretAsync(string id)
    {
        if (await users.FindByIdAsync(id) is not { Demo: false, TwoFactor: false } account) return null;
        // Codes that confirmed an older secret must not switch this one on.
        (account.AuthenticatorKey, account.RecoveryCodes) = (users.GenerateNewAuthenticatorKey(), null);
        return (await users.UpdateAsync(account)).Succeeded ? account.AuthenticatorKey : null;
    }

    /// <returns>Recovery codes, each good once, or null when the code was wrong.</returns>
    public async Task<IReadOnlyList<string>?> ConfirmAsync(string id, string code)
    {
        if (await users.FindByIdAsync(id) is not { TwoFactor: false, AuthenticatorKey: not null } account || await users.IsLockedOutAsync(account)) return null;
        var digits = new string([.. code.Where(char.IsAsciiDigit)]);
        if (await users.VerifyTwoFactorTokenAsync(account, TokenOptions.DefaultAuthenticatorProvider, digits)) return [.. await users.GenerateNewTwoFactorRecoveryCodesAsync(account, RecoveryCodes) ?? []];
        await users.AccessFailedAsync(account);
        return null;
    }

    /// <summary>From now on a code is asked for after the password.</summary>
    public async Task<bool> SwitchOnAsync(string id)
    {
        if (await users.FindByIdAsync(id) is not { AuthenticatorKey: not null, RecoveryCodes.Length: > 0 } account || !(await users.SetTwoFactorEnabledAsync(account, true)).Succeeded) return false;
        await audit.RecordAsync(new AuditEntry("account.two_factor_on", id));
        return true;
    }

    /// <returns>A code of what is wrong, or null.</returns>
    public async Task<string?> SwitchOffAsync(string id, string password)
    {
        if (await users.FindByIdAsync(id) is not { TwoFactor: true } account) return null;
        if (await CheckAsync(account, password) is { } wrong) return wrong;
        (account.AuthenticatorKey, account.RecoveryCodes) = (null, null);
        if (!(await users.SetTwoFactorEnabledAsync(account, false)).Succeeded) return "OwnWrong";
        await audit.RecordAsync(new AuditEntry("account.two_factor_off", id));
        return null;
    }

    /// <summary>An open session must not become a place to guess the password.</summary>
    private async Task<string?> CheckAsync(Account account, string password)
    {
        if (await users.IsLockedOutAsync(account)) return "OwnWrong";
        if (await users.CheckPasswordAsync(account, password)) return null;
        await users.AccessFailedAsync(account);
        return "OwnWrong";
    }
}
