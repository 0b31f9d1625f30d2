using BehaviorDashboard.Testing;

namespace BehaviorDashboard.Benchmarks;

/// <summary>Two web nodes, PostgreSQL and Redis as processes on loopback; one fault after the other under load; then it is counted.</summary>
internal static class FaultsBenchmark
{
    private const int DiskMegabytes = 2_048;

    public static async Task<int> RunAsync(string[] args)
    {
        var (minutes, rate, nodes) = (Setup.Option(args, "--minutes", 10), Setup.Option(args, "--rate", 1_000), Setup.Option(args, "--nodes", 2));
        if (RedisProcess.Missing is { } missing)
        {
            Console.Error.WriteLine(missing);
            return 1;
        }
        if (MovableClock.Missing is { } without) Setup.Print("NOT TRIED: a node's clock that jumps. " + without);
        await using var mails = new SmtpSink();
        await using var postgres = await PostgresProcess.StartAsync(DiskMegabytes);
        await using var cluster = await Cluster.StartForFaultsAsync(nodes, postgres.ConnectionString, FaultRun.MailsTo(mails));
        var report = await new FaultRun(cluster, postgres.RestartAsync, Setup.Option(args, "--seed", 1))
        {
            Rate = rate / 50.0,
            Senders = 8,
            Say = Setup.Print,
            Mails = mails,
            Disk = postgres.Disk is null ? null : new FaultDisk(postgres.FillAsync, postgres.FreeAsync),
        }.RunAsync(TimeSpan.FromMinutes(minutes));
        Setup.Print($"faults: {string.Join(", ", report.Faults.Select(f => $"{f.Value} × {f.Key}"))}; PostgreSQL ended on a full disk and was started by hand {postgres.Ended} times");
        Setup.Print($"acknowledged: {report.Acknowledged:N0} events; {report.Resent:N0} batches had to be sent again; the longest was answered after {report.LongestUnanswered.TotalSeconds:N1} s");
        Setup.Print($"refusals: {string.Join(", ", report.Refusals.OrderBy(r => r.Key).Select(r => $"{r.Value:N0} × {(r.Key == 0 ? "no answer" : r.Key)}"))}");
        Setup.Print($"stored: {report.Stored:N0} events, {report.Stored - report.Distinct:N0} of them twice; {report.Orders:N0} orders, each told twice; {report.Mails:N0} people got their mail");
        Setup.Print(report.Agreed is { } agreed ? $"every node showed what is stored {agreed.TotalSeconds:N1} s after the last fault" : "the nodes did not agree");
        foreach (var wrong in report.Wrong) Setup.Print("WRONG: " + wrong);
        return report.Wrong.Count == 0 ? 0 : 1;
    }
}
