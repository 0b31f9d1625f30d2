using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using BehaviorDashboard.Testing;

namespace BehaviorDashboard.Benchmarks;

/// <summary>Two web nodes, PostgreSQL and Redis as processes on loopback; one fault after the other under load; then it is counted.</summary>
internal static class FaultsBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (minutes, rate, nodes) = (Setup.Option(args, "--minutes", 10), Setup.Option(args, "--rate", 1_000), Setup.Option(args, "--nodes", 2));
        if (RedisProcess.Missing is { } missing)
        {
            Console.Error.WriteLine(missing);
            return 1;
        }
        await using var postgres = await PostgresProcess.StartAsync();
        await using var cluster = await Cluster.StartAsync(nodes, postgres.ConnectionString);
        var report = await new FaultRun(cluster, postgres.RestartAsync, Setup.Option(args, "--seed", 1)) { Rate = rate / 50.0, Senders = 8, Say = Setup.Print }.RunAsync(TimeSpan.FromMinutes(minutes));
        Setup.Print($"faults: {string.Join(", ", report.Faults.Select(f => $"{f.Value} × {f.Key}"))}");
        Setup.Print($"acknowledged: {report.Acknowledged:N0} events; {report.Resent:N0} batches had to be sent again; the longest was answered after {report.LongestUnanswered.TotalSeconds:N1} s");
        Setup.Print($"stored: {report.Stored:N0} events, {report.Stored - report.Distinct:N0} of them twice; {report.Orders:N0} orders, each told twice");
        Setup.Print(report.Agreed is { } agreed ? $"every node showed what is stored {agreed.TotalSeconds:N1} s after the last fault" : "the nodes did not agree");
        foreach (var wrong in report.Wrong) Setup.Print("WRONG: " + wrong);
        return report.Wrong.Count == 0 ? 0 : 1;
    }

    /// <summary>A PostgreSQL server of its own, durable as it comes, that can be restarted.</summary>
    private sealed class PostgresProcess : IAsyncDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("behavior-postgres-").FullName;
        private readonly int _port = FreePort();

        public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;Maximum Pool Size=40";

        public static async Task<PostgresProcess> StartAsync()
        {
            var server = new PostgresProcess();
            if (Environment.UserName == "root") await RunAsync("chown", "postgres", server._folder);
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

        public async ValueTask DisposeAsync()
        {
            await ControlAsync("pg_ctl", "-m", "immediate", "stop");
            Directory.Delete(_folder, recursive: true);
        }

        private Task StartServerAsync() => ControlAsync("pg_ctl", "-w", "-l", Path.Combine(_folder, "log"), "-o", $"-p {_port} -k {_folder} -c listen_addresses=127.0.0.1 -c max_connections=200", "start");

        private Task ControlAsync(string program, params string[] arguments)
        {
            var path = Directory.GetDirectories("/usr/lib/postgresql").OrderBy(f => int.Parse(Path.GetFileName(f), System.Globalization.CultureInfo.InvariantCulture)).Select(f => Path.Combine(f, "bin", program)).Last();
            string[] all = ["-D", Path.Combine(_folder, "data"), .. arguments];
            return Environment.UserName == "root" ? RunAsync("runuser", ["-u", "postgres", "--", path, .. all]) : RunAsync(path, all);
        }

        private static async Task RunAsync(string program, params string[] arguments)
        {
            // Its output is not followed: the server would hold it open.
            using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", program, .. arguments]) { WorkingDirectory = "/" })!;
            await process.WaitForExitAsync();
            if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }

        private static int FreePort()
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            return ((IPEndPoint)free.LocalEndpoint).Port;
        }
    }
}
