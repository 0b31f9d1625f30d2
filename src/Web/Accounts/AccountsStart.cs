using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Accounts;

/// <summary>
/// Once the server listens: demo accounts in a demo, the first Admin of a container (<c>BD_ADMIN_EMAIL</c> and
/// <c>BD_ADMIN_PASSWORD_FILE</c>), or else the one-time set-up link on the console.
/// </summary>
internal sealed class AccountsStart(IServiceScopeFactory scopes, SetupGate gate, DemoMode demo, AccountStore store, IConfiguration configuration, IOptions<AccountsOptions> options, IServer server, TimeProvider time) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        if (demo.On) await DemoMode.CreateAccountsAsync(store, users, time, cancellationToken);
        if (!await gate.IsOpenAsync(cancellationToken) || await FromFileAsync(users, cancellationToken) || !options.Value.PrintSetupLink) return;
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5000";
        await Console.Out.WriteLineAsync($"""

            Nobody can sign in yet. Open this link once to make the first Admin:
              {Reachable(address)}/setup?code={gate.NewCode()}

            """);
    }

    private async Task<bool> FromFileAsync(UserManager<Account> users, CancellationToken cancel)
    {
        var (email, file) = (configuration["ADMIN_EMAIL"], configuration["ADMIN_PASSWORD_FILE"]);
        if (string.IsNullOrWhiteSpace(email) || string.IsNullOrWhiteSpace(file)) return false;
        var password = (await File.ReadAllTextAsync(file, cancel)).TrimEnd('\r', '\n');
        var (account, problems) = await gate.CreateAdminAsync(users, email, email, password, "environment", cancel);
        if (account is null && !problems.Contains("SetupClosed"))
            throw new InvalidOperationException($"BD_ADMIN_EMAIL and BD_ADMIN_PASSWORD_FILE do not make an Admin: {string.Join(", ", problems)}.");
        return true;
    }

    private static string Reachable(string address) =>
        address.Replace("//+", "//localhost", StringComparison.Ordinal).Replace("//*", "//localhost", StringComparison.Ordinal)
            .Replace("//0.0.0.0", "//localhost", StringComparison.Ordinal).Replace("//[::]", "//localhost", StringComparison.Ordinal).TrimEnd('/');

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
