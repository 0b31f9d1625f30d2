using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Accounts;

/// <summary>Identity's sign-in, which lets demo accounts in only while the demo runs on this machine.</summary>
internal sealed class SignIns(UserManager<Account> users, IHttpContextAccessor http, IUserClaimsPrincipalFactory<Account> claims, IOptions<IdentityOptions> options,
    ILogger<SignInManager<Account>> log, IAuthenticationSchemeProvider schemes, IUserConfirmation<Account> confirmation, DemoMode demo)
    : SignInManager<Account>(users, http, claims, options, log, schemes, confirmation)
{
    // What an unknown address is checked against, so that it takes as long as a known one.
    private static readonly Account Stranger = new();
    private static readonly Lazy<string> StrangersHash = new(() => new PasswordHasher<Account>().HashPassword(Stranger, Secrets.New()));

    public override async Task<bool> CanSignInAsync(Account user) => (!user.Demo || demo.On) && await base.CanSignInAsync(user);

    public override async Task<Account?> ValidateSecurityStampAsync(ClaimsPrincipal? principal)
    {
        var account = await base.ValidateSecurityStampAsync(principal);
        return account is not null && !account.LockedByAdmin && await CanSignInAsync(account) ? account : null;
    }

    /// <summary>Signs in who was vouched for elsewhere; a second factor of ours is still asked for.</summary>
    public Task<SignInResult> VouchedSignInAsync(Account account) => SignInOrTwoFactorAsync(account, isPersistent: false);

    public override async Task<SignInResult> PasswordSignInAsync(string userName, string password, bool isPersistent, bool lockoutOnFailure)
    {
        var account = await UserManager.FindByEmailAsync(userName);
        if (account?.PasswordHash is not null) return await PasswordSignInAsync(account, password, isPersistent, lockoutOnFailure);
        UserManager.PasswordHasher.VerifyHashedPassword(Stranger, StrangersHash.Value, password);
        return SignInResult.Failed;
    }
}

/// <summary>What a session knows of its person.</summary>
internal sealed class AccountClaims(UserManager<Account> users, IOptions<IdentityOptions> options) : UserClaimsPrincipalFactory<Account>(users, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Account user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        identity.TryRemoveClaim(identity.FindFirst(ClaimTypes.Name));
        identity.AddClaim(new Claim(ClaimTypes.Name, user.Name));
        identity.AddClaim(new Claim(ClaimTypes.Role, user.Role));
        return identity;
    }
}
