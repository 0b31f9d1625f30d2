using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Accounts;

/// <summary>
/// The first Admin of a container, made before the server listens and while nobody can sign in: <c>BD_ADMIN_EMAIL</c>, and the password in
/// the file that <c>BD_ADMIN_PASSWORD_FILE</c> names. Once there is an account neither is looked at, and the file may go.
/// </summary>
internal sealed class AdminFromFile(IServiceScopeFactory scopes, SetupGate gate, IConfiguration configuration)
{
    private const string Email = "ADMIN_EMAIL", File = "ADMIN_PASSWORD_FILE";

    /// <exception cref="OptionsValidationException">No Admin can be made of them.</exception>
    public async Task MakeAsync(CancellationToken cancel)
    {
        var (email, file) = (configuration[Email], configuration[File]);
        if (string.IsNullOrWhiteSpace(email) || string.IsNullOrWhiteSpace(file) || !await gate.IsOpenAsync(cancel)) return;
        var password = await ReadAsync(file, cancel);
        if (password.Length == 0) throw Refused(file, "is empty");
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var (account, problems) = await gate.CreateAdminAsync(users, email, email, password, "environment", cancel);
        // Another node may have been first.
        if (account is not null || problems.Contains("SetupClosed")) return;
        throw problems[0] switch
        {
            nameof(IdentityErrorDescriber.InvalidEmail) => new OptionsValidationException(Email, typeof(string), [$"BD_{Email}: '{email}' is not an e-mail address. Write the first Admin's there."]),
            nameof(IdentityErrorDescriber.PasswordTooShort) => Refused(file, $"holds a password of fewer than {users.Options.Password.RequiredLength} signs"),
            nameof(IdentityErrorDescriber.PasswordRequiresUniqueChars) => Refused(file, $"holds a password of fewer than {users.Options.Password.RequiredUniqueChars} different signs"),
            var other => Refused(file, $"holds a password that is refused ({other})"),
        };
    }

    private static async Task<string> ReadAsync(string file, CancellationToken cancel)
    {
        try
        {
            return (await System.IO.File.ReadAllTextAsync(file, cancel)).TrimEnd('\r', '\n');
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Refused(file, "does not exist");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Refused(file, $"cannot be read by {Environment.UserName}");
        }
    }

    private static OptionsValidationException Refused(string file, string why) =>
        new(File, typeof(string), [$"BD_{File}: {file} {why}. Put the first Admin's password there, readable by the user that runs this, or leave BD_{File} out and use the link that is printed."]);
}
