using System.Diagnostics;
using System.Text.RegularExpressions;

namespace BehaviorDashboard.Testing;

/// <summary>
/// The real product as a process of its own, on a free loopback port with a store folder of its own: for what only a
/// process can show, such as kill -9, commands, and a browser.
/// </summary>
public sealed partial class ProductProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private readonly Process _process;
    private bool _disposed;
    private readonly List<string> _lines = [];
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProductProcess(Process process, string folder) => (_process, Folder) = (process, folder);

    public string Folder { get; }

    public Uri Address => _address.Task.Result;

    /// <summary>Everything written so far.</summary>
    public string Output
    {
        get { lock (_lines) return string.Join('\n', _lines); }
    }

    public int ProcessId => _process.Id;

    /// <summary>The assembly that <c>dotnet run --project src/Web</c> runs, as built beside these tests.</summary>
    public static string Assembly => Path.Combine(Repository.Root, "src", "Web", "bin", Repository.Configuration, "net10.0", "BehaviorDashboard.Web.dll");

    /// <summary>Starts the web server and waits until it listens.</summary>
    /// <param name="folder">Store folder; a new temporary one when null.</param>
    public static Task<ProductProcess> StartAsync(string? folder = null, params string[] arguments) => StartAsync(folder, null, arguments);

    /// <summary>As <see cref="StartAsync(string?, string[])"/>, with more in its environment.</summary>
    public static async Task<ProductProcess> StartAsync(string? folder, IReadOnlyDictionary<string, string>? environment, string[] arguments)
    {
        folder ??= Directory.CreateTempSubdirectory("behavior-product-").FullName;
        var product = new ProductProcess(Launch(["--urls", "http://127.0.0.1:0", "--data", folder, .. arguments], environment: environment), folder);
        product.Read(product._process.StandardOutput);
        product.Read(product._process.StandardError);
        var ended = product._process.WaitForExitAsync();
        var first = await Task.WhenAny(product._address.Task, ended, Task.Delay(StartLimit));
        if (first != product._address.Task) throw new InvalidOperationException($"The product did not start:\n{product.Output}");
        return product;
    }

    /// <summary>Starts one command; <see cref="WritesAsync"/>, <see cref="ExitAsync"/> and <see cref="KillAsync"/> follow it.</summary>
    public static ProductProcess Begin(string folder, params string[] arguments)
    {
        var product = new ProductProcess(Launch([.. arguments, "--data", folder]), folder);
        product.Read(product._process.StandardOutput);
        product.Read(product._process.StandardError);
        return product;
    }

    /// <summary>Waits until it has written such a line.</summary>
    /// <returns>False when it ended without.</returns>
    public async Task<bool> WritesAsync(Func<string, bool> line)
    {
        while (true)
        {
            var ended = _process.HasExited;
            lock (_lines)
                if (_lines.Any(line)) return true;
            if (ended) return false;
            await Task.Delay(10);
        }
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Runs one command to its end.</summary>
    public static Task<(int ExitCode, string Output, string Errors)> RunAsync(string? folder, params string[] arguments) => RunOnAsync(null, folder, arguments);

    /// <summary>Runs one command on a PostgreSQL database to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunOnAsync(string? postgres, string? folder, params string[] arguments)
    {
        using var process = Launch(folder is null ? arguments : [.. arguments, "--data", folder], postgres);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>kill -9: nothing is flushed, nothing is said.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>SIGTERM, as a supervisor sends it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        Signal("TERM");
        return await ExitAsync();
    }

    /// <summary>It stands still, as a machine that is out of memory or moved to another host; connections stay open.</summary>
    public void Freeze() => Signal("STOP");

    public void Thaw() => Signal("CONT");

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private static Process Launch(string[] arguments, string? postgres = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetDirectoryName(Assembly)! };
        start.ArgumentList.Add(Assembly);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // The development environment serves assets from the working tree, as dotnet run does.
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        if (postgres is not null) start.Environment["Storage__Postgres"] = postgres;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private void Read(StreamReader reader) => _ = Task.Run(async () =>
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lines) _lines.Add(line);
            if (Listening().Match(line) is { Success: true } match) _address.TrySetResult(new Uri(match.Groups[1].Value));
        }
    });

    [GeneratedRegex(@"Now listening on: (http://[^""\s]+)")]
    private static partial Regex Listening();
}
