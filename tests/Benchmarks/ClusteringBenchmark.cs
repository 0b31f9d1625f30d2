using System.Diagnostics;
using BehaviorDashboard.Clusters;
using BehaviorDashboard.Testing;

namespace BehaviorDashboard.Benchmarks;

/// <summary>K-means over a million rows of twelve columns, beside scikit-learn over the same file where this machine has it.</summary>
internal static class ClusteringBenchmark
{
    private const int Columns = 12;
    private const int Clusters = 8;

    public static async Task<int> RunAsync(string[] args)
    {
        var rows = Rows(Setup.Option(args, "--rows", 1_000_000), Setup.Option(args, "--seed", 1));
        KMeans.Fit(rows.AsMemory(0, 10_000 * Columns), Columns, Clusters, new KMeansOptions());
        var start = Stopwatch.GetTimestamp();
        var fit = KMeans.Fit(rows, Columns, Clusters, new KMeansOptions(Threads: Environment.ProcessorCount));
        var took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Setup.Print($"k-means of {rows.Length / Columns:N0} x {Columns}, k = {Clusters}: {took:N2} s, inertia {fit.Inertia:N0}");
        start = Stopwatch.GetTimestamp();
        var quiet = KMeans.Fit(rows, Columns, Clusters, new KMeansOptions());
        Setup.Print($"on one thread, as the product trains: {Stopwatch.GetElapsedTime(start).TotalSeconds:N2} s, inertia {quiet.Inertia:N0}");
        if (await ScikitLearn.KMeansAsync(rows, Columns, Clusters) is not { } peer)
        {
            Setup.Print("scikit-learn is not installed here (apt-get install python3-sklearn): no ratio.");
            return 0;
        }
        Setup.Print($"scikit-learn KMeans(n_init=10): {peer.Seconds:N2} s, inertia {peer.Inertia:N0}");
        Setup.Print($"time ratio {took / peer.Seconds:N3} (bar 1), inertia ratio {fit.Inertia / peer.Inertia:N4} (bar 1.01)");
        return 0;
    }

    private static float[] Rows(int count, int seed)
    {
        var random = new Random(seed);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var centres = Enumerable.Range(0, 20).Select(_ => Enumerable.Range(0, Columns).Select(_ => random.NextDouble() * 6 - 3).ToArray()).ToArray();
        var rows = new float[count * Columns];
        for (var i = 0; i < count; i++)
        {
            var centre = centres[random.Next(centres.Length)];
            for (var c = 0; c < Columns; c++) rows[i * Columns + c] = (float)(centre[c] + Normal() * 1.2);
        }
        return rows;
    }
}
