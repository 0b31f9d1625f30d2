using System.Net;
using BehaviorDashboard.Accounts;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Commands;

/// <summary>Tells commands where the running server is; knows the token they must bring.</summary>
internal sealed class ServerFileWriter(IServer server, IOptions<StorageOptions> storage) : IHostedLifecycleService
{
    private ServerFile? _file;

    public string Token { get; } = Secrets.New();

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // With PostgreSQL a command opens the store itself: any number of processes may.
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(Loopback).FirstOrDefault(a => a is not null);
        if (address is null || !string.IsNullOrWhiteSpace(storage.Value.Postgres)) return Task.CompletedTask;
        _file = new ServerFile(address, Token, Environment.ProcessId);
        _file.Write(storage.Value.Folder);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _file?.Remove(storage.Value.Folder);
        return Task.CompletedTask;
    }

    /// <summary>The address as this machine reaches it, or null when it listens only elsewhere.</summary>
    private static string? Loopback(string address)
    {
        address = address.Replace("//+", "//0.0.0.0", StringComparison.Ordinal).Replace("//*", "//0.0.0.0", StringComparison.Ordinal);
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)) return null;
        if (uri.Host == "localhost") return $"{uri.Scheme}://localhost:{uri.Port}";
        if (!IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip)) return null;
        if (IPAddress.IsLoopback(ip)) return $"{uri.Scheme}://{uri.Authority}";
        if (ip.Equals(IPAddress.Any)) return $"{uri.Scheme}://127.0.0.1:{uri.Port}";
        return ip.Equals(IPAddress.IPv6Any) ? $"{uri.Scheme}://[::1]:{uri.Port}" : null;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
