using System.Net;
using BehaviorDashboard.Accounts;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Commands;

/// <summary>Tells commands where the running server is; knows the token they must bring.</summary>
internal sealed partial class ServerFileWriter(IServer server, IOptions<StorageOptions> storage, TimeProvider time, ILogger<ServerFileWriter> logger) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _stopping = new();
    private Task _writing = Task.CompletedTask;
    private ServerFile? _file;

    public string Token { get; } = Secrets.New();

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // With PostgreSQL a command opens the store itself: any number of processes may.
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(Loopback).FirstOrDefault(a => a is not null);
        if (address is null || !string.IsNullOrWhiteSpace(storage.Value.Postgres)) return Task.CompletedTask;
        _file = new ServerFile(address, Token, Environment.ProcessId);
        _writing = WriteAsync(_file);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _file?.Remove(storage.Value.Folder);
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>On a full disk the server starts without it: it can be read, and the file follows when there is room.</summary>
    private async Task WriteAsync(ServerFile file)
    {
        for (var told = false; ; told = true)
        {
            try
            {
                file.Write(storage.Value.Folder);
                return;
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                if (!told) LogUnwritten(problem.Message);
            }
            await Task.Delay(Again, time, _stopping.Token);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Commands on this machine do not find this server until its folder can be written to: {Problem}")]
    private partial void LogUnwritten(string problem);

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
