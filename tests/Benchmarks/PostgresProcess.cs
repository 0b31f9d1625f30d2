using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace BehaviorDashboard.Benchmarks;

/// <summary>A PostgreSQL server of its own, durable as it comes, on a small disk of its own where one may be mounted. It can be restarted, and its disk filled.</summary>
internal sealed class PostgresProcess : IAsyncDisposable
{
    private const int SegmentsAside = 20;
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("behavior-postgres-").FullName;
    private readonly int _port = FreePort();
    private int _filled;

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;Maximum Pool Size=40";

    /// <summary>Null where none may be mounted.</summary>
    public SmallDisk? Disk { get; private set; }

    /// <summary>How often it ended on a full disk and was started again by hand.</summary>
    public int Ended { get; private set; }

    private string Data => Path.Combine(_folder, "disk", "data");

    /// <param name="megabytes">Size of its disk.</param>
    public static async Task<PostgresProcess> StartAsync(int megabytes)
    {
        var server = new PostgresProcess();
        var disk = Directory.CreateDirectory(Path.Combine(server._folder, "disk")).FullName;
        server.Disk = await SmallDisk.MountAsync(disk, megabytes);
        if (Environment.UserName == "root") await RunAsync("chown", "postgres", server._folder, disk);
        await server.ControlAsync("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8");
        await server.StartServerAsync();
        return server;
    }

    /// <summary>As a crash: nothing is written down before.</summary>
    public async Task RestartAsync()
    {
        await ControlAsync("pg_ctl", "-m", "immediate", "stop");
        await Task.Delay(1_000);
        await StartServerAsync();
    }

    /// <summary>Fills the disk. Every second time the server's log of changes, which has some room set aside, is at its end too: then it gives up.</summary>
    public async Task FillAsync()
    {
        await Disk!.FillAsync();
        if (_filled++ % 2 == 0) return;
        for (var i = 0; i < SegmentsAside; i++)
            if (!await IsFineAsync("psql", "-h", "127.0.0.1", "-p", $"{_port}", "-U", "postgres", "-c", "select pg_logical_emit_message(false, '', ''), pg_switch_wal()")) return;
    }

    /// <summary>Gives the room back. A server that gave up is started again, as an operator would; one that recovers by itself is waited for.</summary>
    public async Task FreeAsync()
    {
        Disk!.Free();
        for (var since = Stopwatch.StartNew(); since.Elapsed < RecoveryLimit; await Task.Delay(200))
        {
            if (await IsFineAsync("pg_isready", "-h", "127.0.0.1", "-p", $"{_port}")) return;
            if (await IsFineAsync("pg_ctl", "-D", Data, "status")) continue;
            Ended++;
            await StartServerAsync();
        }
        throw new InvalidOperationException("PostgreSQL did not recover from a full disk: " + Path.Combine(_folder, "log"));
    }

    public async ValueTask DisposeAsync()
    {
        await ControlAsync("pg_ctl", "-m", "immediate", "stop");
        if (Disk is not null) await Disk.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // Little room for its log of changes, so that it needs new room soon when there is none.
    private Task StartServerAsync() => ControlAsync("pg_ctl", "-w", "-l", Path.Combine(_folder, "log"), "-o",
        $"-p {_port} -k {_folder} -c listen_addresses=127.0.0.1 -c max_connections=200 -c min_wal_size=64MB -c max_wal_size=256MB", "start");

    private async Task ControlAsync(string program, params string[] arguments)
    {
        if (await CodeAsync(program, ["-D", Data, .. arguments]) is var code and not 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {code}.");
    }

    private static async Task<bool> IsFineAsync(string program, params string[] arguments) => await CodeAsync(program, arguments) == 0;

    private static Task<int> CodeAsync(string program, params string[] arguments)
    {
        var path = Directory.GetDirectories("/usr/lib/postgresql").OrderBy(f => int.Parse(Path.GetFileName(f), System.Globalization.CultureInfo.InvariantCulture)).Select(f => Path.Combine(f, "bin", program)).Last();
        return Environment.UserName == "root" ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments]) : RunAsync(path, arguments);
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        // Its output is not followed: the server would hold it open.
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }
}
