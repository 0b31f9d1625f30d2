using BehaviorDashboard.Testing;

namespace BehaviorDashboard.Benchmarks;

/// <summary>Two web nodes, PostgreSQL and Redis as processes on loopback, or one node on the embedded store; one fault after the other under load; then it is counted.</summary>
internal static class FaultsBenchmark
{
    private const int DiskMegabytes = 2_048;

    public static async Task<int> RunAsync(string[] args)
    {
        if (MovableClock.Missing is { } without) Setup.Print("NOT TRIED: a node's clock that jumps. " + without);
        return args.Contains("--embedded") ? await EmbeddedAsync(args) : await ClusterAsync(args);
    }

    private static async Task<int> ClusterAsync(string[] args)
    {
        if (RedisProcess.Missing is { } missing)
        {
            Console.Error.WriteLine(missing);
            return 1;
        }
        await using var mails = new SmtpSink();
        await using var postgres = await PostgresProcess.StartAsync(DiskMegabytes);
        await using var cluster = await Cluster.StartForFaultsAsync(Setup.Option(args, "--nodes", 2), postgres.ConnectionString, FaultRun.MailsTo(mails));
        var code = await RunAsync(args, cluster, postgres.RestartAsync, mails, postgres.Disk is null ? null : new FaultDisk(postgres.FillAsync, postgres.FreeAsync));
        Setup.Print($"PostgreSQL ended on a full disk and was started by hand {postgres.Ended} times");
        return code;
    }

    /// <summary>One node on the embedded store, in a small file system of its own.</summary>
    private static async Task<int> EmbeddedAsync(string[] args)
    {
        var folder = Directory.CreateTempSubdirectory("behavior-embedded-").FullName;
        int code;
        await using (var disk = await SmallDisk.MountAsync(folder, DiskMegabytes))
        {
            await using var mails = new SmtpSink();
            await using var cluster = await Cluster.StartEmbeddedForFaultsAsync(folder, FaultRun.MailsTo(mails));
            code = await RunAsync(args, cluster, () => Task.CompletedTask, mails, disk is null ? null : new FaultDisk(disk.FillAsync, () => Task.Run(disk.Free)));
        }
        Directory.Delete(folder, recursive: true);
        return code;
    }

    private static async Task<int> RunAsync(string[] args, Cluster cluster, Func<Task> restartStore, SmtpSink mails, FaultDisk? disk)
    {
        var report = await new FaultRun(cluster, restartStore, Setup.Option(args, "--seed", 1))
        {
            Rate = Setup.Option(args, "--rate", 1_000) / 50.0,
            Senders = 8,
            Say = Setup.Print,
            Mails = mails,
            Disk = disk,
        }.RunAsync(TimeSpan.FromMinutes(Setup.Option(args, "--minutes", 10)));
        Setup.Print($"faults: {string.Join(", ", report.Faults.Select(f => $"{f.Value} × {f.Key}"))}");
        Setup.Print($"acknowledged: {report.Acknowledged:N0} events; {report.Resent:N0} batches had to be sent again; the longest was answered after {report.LongestUnanswered.TotalSeconds:N1} s");
        Setup.Print($"refusals: {string.Join(", ", report.Refusals.OrderBy(r => r.Key).Select(r => $"{r.Value:N0} × {(r.Key == 0 ? "no answer" : r.Key)}"))}");
        Setup.Print($"stored: {report.Stored:N0} events, {report.Stored - report.Distinct:N0} of them twice; {report.Orders:N0} orders, each told twice; {report.Mails:N0} people got their mail");
        Setup.Print(report.Agreed is { } agreed ? $"every node showed what is stored {agreed.TotalSeconds:N1} s after the last fault" : "the nodes did not agree");
        foreach (var wrong in report.Wrong) Setup.Print("WRONG: " + wrong);
        return report.Wrong.Count == 0 ? 0 : 1;
    }
}
