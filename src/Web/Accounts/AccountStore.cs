using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Accounts;

/// <summary>All SQL of accounts.</summary>
internal sealed class AccountStore(Database database)
{
    private const string Columns = """
        id as Id, email as Email, normalized_email as NormalizedEmail, name as Name, role as Role, password_hash as PasswordHash,
        security_stamp as SecurityStamp, concurrency_stamp as ConcurrencyStamp, lockout_end as LockoutEnd, failed_count as FailedCount,
        two_factor as TwoFactor, authenticator_key as AuthenticatorKey, recovery_codes as RecoveryCodes, login_provider as LoginProvider,
        login_key as LoginKey, demo as Demo, created_at as CreatedAt, last_sign_in_at as LastSignInAt
        """;

    private const string ById = $"select {Columns} from accounts where id = @id";
    private const string ByEmail = $"select {Columns} from accounts where normalized_email = @email";
    private const string ByLogin = $"select {Columns} from accounts where login_provider = @provider and login_key = @key";
    private const string All = $"select {Columns} from accounts order by demo, lower(email)";

    private const string Insert = """
        insert into accounts (id, email, normalized_email, name, role, password_hash, security_stamp, concurrency_stamp, lockout_end, failed_count,
            two_factor, authenticator_key, recovery_codes, login_provider, login_key, demo, created_at, last_sign_in_at)
        values (@Id, @Email, @NormalizedEmail, @Name, @Role, @PasswordHash, @SecurityStamp, @ConcurrencyStamp, @LockoutEnd, @FailedCount,
            @TwoFactor, @AuthenticatorKey, @RecoveryCodes, @LoginProvider, @LoginKey, @Demo, @CreatedAt, @LastSignInAt)
        """;

    // E-mail is fixed when the account is made: an index column that changes costs the embedded engine a delete and an insert.
    private const string Update = """
        update accounts set name = @Name, role = @Role, password_hash = @PasswordHash, security_stamp = @SecurityStamp, concurrency_stamp = @Next,
            lockout_end = @LockoutEnd, failed_count = @FailedCount, two_factor = @TwoFactor, authenticator_key = @AuthenticatorKey,
            recovery_codes = @RecoveryCodes, login_provider = @LoginProvider, login_key = @LoginKey, last_sign_in_at = @LastSignInAt
        where id = @Id and concurrency_stamp = @ConcurrencyStamp
        """;

    private const string Guard = "update account_guard set version = version + 1 where id = 1";
    private const string CloseSetup = "update account_guard set version = version + 1, setup_done_at = @at where id = 1 and setup_done_at is null";
    private const string SetupOpen = "select count(*) from account_guard where id = 1 and setup_done_at is null";

    public Task<Account?> FindAsync(string id, CancellationToken cancel) => database.FirstOrDefaultAsync<Account>(ById, new { id }, cancel);

    public Task<Account?> FindByEmailAsync(string email, CancellationToken cancel) => database.FirstOrDefaultAsync<Account>(ByEmail, new { email }, cancel);

    public Task<Account?> FindByLoginAsync(string provider, string key, CancellationToken cancel) =>
        database.FirstOrDefaultAsync<Account>(ByLogin, new { provider, key }, cancel);

    public Task<IReadOnlyList<Account>> ListAsync(CancellationToken cancel) => database.QueryAsync<Account>(All, cancel: cancel);

    /// <returns>False when the e-mail is taken.</returns>
    public Task<bool> InsertAsync(Account account, CancellationToken cancel) => database.WriteAsync(session => InsertAsync(session, account), cancel);

    /// <returns>False when somebody else saved the account meanwhile, or it is gone.</returns>
    public Task<bool> UpdateAsync(Account account, CancellationToken cancel) => database.WriteAsync(session => UpdateAsync(session, account), cancel);

    public async Task<bool> IsSetupOpenAsync(CancellationToken cancel) => await database.ScalarAsync<long>(SetupOpen, cancel: cancel) > 0;

    /// <summary>Makes the first account and closes the set-up, both or neither.</summary>
    /// <returns>False when the set-up was already closed.</returns>
    public Task<bool> CreateFirstAsync(Account account, CancellationToken cancel) => database.WriteAsync(async session =>
        await session.ExecuteAsync(CloseSetup, new { at = account.CreatedAt }) == 1 && await InsertAsync(session, account), cancel);

    /// <summary>Changes or removes an account, unless no Admin would be left who can sign in.</summary>
    /// <param name="change">Edits the account; null removes it.</param>
    public Task<AccountResult> ChangeAsync(string id, Action<Account>? change, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync(Guard);
        var accounts = await session.QueryAsync<Account>(All);
        var account = accounts.FirstOrDefault(a => a.Id == id);
        if (account is null) return AccountResult.NotFound;
        var wasAdmin = account is { Active: true, Role: Access.Admin };
        change?.Invoke(account);
        var isAdmin = change is not null && account is { Active: true, Role: Access.Admin };
        if (wasAdmin && !isAdmin && !accounts.Any(a => a.Id != id && a is { Active: true, Role: Access.Admin } && a.Demo == account.Demo)) return AccountResult.LastAdmin;
        if (change is null) await session.ExecuteAsync("delete from accounts where id = @id", new { id });
        else if (!await UpdateAsync(session, account)) return AccountResult.ChangedMeanwhile;
        return AccountResult.Done;
    }, cancel);

    private static async Task<bool> InsertAsync(Session session, Account account)
    {
        if (await session.FirstOrDefaultAsync<Account>(ByEmail, new { email = account.NormalizedEmail }) is not null) return false;
        return await session.ExecuteAsync(Insert, account) == 1;
    }

    private static async Task<bool> UpdateAsync(Session session, Account account)
    {
        var next = Account.NewStamp();
        var done = await session.ExecuteAsync(Update, new
        {
            account.Id, account.Name, account.Role, account.PasswordHash, account.SecurityStamp, account.ConcurrencyStamp, Next = next, account.LockoutEnd,
            account.FailedCount, account.TwoFactor, account.AuthenticatorKey, account.RecoveryCodes, account.LoginProvider, account.LoginKey, account.LastSignInAt,
        }) == 1;
        if (done) account.ConcurrencyStamp = next;
        return done;
    }
}

/// <summary>How a change of an account ended.</summary>
public enum AccountResult
{
    Done,
    NotFound,
    LastAdmin,
    ChangedMeanwhile,
    EmailTaken,
    EmailInvalid,
}
