using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace BehaviorDashboard.Testing;

/// <summary>A redis-server of its own on a free loopback port, which can be cut off and come back.</summary>
public sealed class RedisProcess : IAsyncDisposable
{
    private const string Program = "redis-server";
    private Process? _process;

    public RedisProcess()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        Start();
    }

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Why there is none here, or null.</summary>
    public static string? Missing { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(f => File.Exists(Path.Combine(f, Program))) ? null : "redis-server is not installed: tests/run.sh installs it.";

    public void Start()
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true };
        foreach (var argument in (string[])["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", Path.GetTempPath()]) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (_process is not { HasExited: false } running) return;
        running.Kill();
        await running.WaitForExitAsync();
        running.Dispose();
        _process = null;
    }

    /// <summary>It hangs: connections stay open, nobody answers.</summary>
    public void Freeze() => Signal("STOP");

    public void Thaw() => Signal("CONT");

    public async ValueTask DisposeAsync()
    {
        Thaw();
        await KillAsync();
    }

    private void Signal(string name)
    {
        if (_process is { HasExited: false } running) Process.Start("kill", [$"-{name}", $"{running.Id}"]).WaitForExit();
    }
}
