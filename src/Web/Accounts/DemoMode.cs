using System.Net;
using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;

namespace BehaviorDashboard.Accounts;

/// <summary>
/// Demo accounts: one of each role with a password that everybody may read. They exist only while the product runs with
/// <c>--demo</c> and listens on this machine alone; a demo store opened otherwise lets none of them in.
/// </summary>
internal sealed class DemoMode(IConfiguration configuration, IServer server)
{
    public const string Password = "demo-dashboard";

    public static IReadOnlyList<(string Email, string Name, string Role)> People { get; } =
    [
        ("marketer@demo.example", "Mei Marketer", Access.Marketer),
        ("manager@demo.example", "Manu Manager", Access.Manager),
        ("admin@demo.example", "Ada Admin", Access.Admin),
    ];

    public bool On => configuration.GetValue<bool>("Demo:Enabled") && OnlyLoopback;

    /// <summary>Where the server listens; before it is known, nothing counts as safe.</summary>
    private bool OnlyLoopback => server.Features.Get<IServerAddressesFeature>()?.Addresses is { Count: > 0 } addresses && addresses.All(IsLoopback);

    public static async Task CreateAccountsAsync(AccountStore store, UserManager<Account> users, TimeProvider time, CancellationToken cancel)
    {
        foreach (var (email, name, role) in People)
        {
            if (await store.FindByEmailAsync(users.NormalizeEmail(email), cancel) is not null) continue;
            var account = new Account { Email = email, NormalizedEmail = users.NormalizeEmail(email), Name = name, Role = role, Demo = true, CreatedAt = time.GetUtcNow() };
            account.PasswordHash = users.PasswordHasher.HashPassword(account, Password);
            await store.InsertAsync(account, cancel);
        }
    }

    private static bool IsLoopback(string address)
    {
        if (!Uri.TryCreate(address.Replace("//+", "//0.0.0.0", StringComparison.Ordinal).Replace("//*", "//0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri)) return false;
        return uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }
}
