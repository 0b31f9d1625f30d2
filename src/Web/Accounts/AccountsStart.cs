using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Accounts;

/// <summary>
/// Once the server listens: demo accounts in a demo, or the one-time set-up link on the console while nobody can sign in.
/// </summary>
internal sealed class AccountsStart(IServiceScopeFactory scopes, SetupGate gate, DemoMode demo, AccountStore store, IOptions<AccountsOptions> options, IServer server, TimeProvider time) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (demo.On) await DemoMode.CreateAccountsAsync(store, scope.ServiceProvider.GetRequiredService<UserManager<Account>>(), time, cancellationToken);
        if (!await gate.IsOpenAsync(cancellationToken) || !options.Value.PrintSetupLink) return;
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5000";
        await Console.Out.WriteLineAsync($"""

            Nobody can sign in yet. Open this link once to make the first Admin:
              {Reachable(address)}/setup?code={gate.NewCode()}

            """);
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
