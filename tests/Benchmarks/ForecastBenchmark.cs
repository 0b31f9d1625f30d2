using System.Diagnostics;
using BehaviorDashboard.Forecasting.Ml;

namespace BehaviorDashboard.Benchmarks;

/// <summary>All products of a shop forecast with quantiles: method choice by rolling origins included.</summary>
internal static class ForecastBenchmark
{
    private const int Weeks = 60;
    private const int Horizon = 8;

    public static Task<int> RunAsync(string[] args)
    {
        var (count, seed) = (Setup.Option(args, "--series", 10_000), Setup.Option(args, "--seed", 1));
        var series = Series(count, seed);
        var signals = Signals(series, seed);
        DemandForecaster.Run([.. series.Take(200)], new DemandSettings(Horizon, Threads: Environment.ProcessorCount), [.. signals.Take(200)]);
        var (start, process) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var run = DemandForecaster.Run(series, new DemandSettings(Horizon, Threads: Environment.ProcessorCount, Trees: false));
        var took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Setup.Print($"{count:N0} series x {Weeks} weeks, horizon {Horizon}, quantiles included, without boosted trees: {took:N2} s ({took / count * 10_000:N2} s for 10,000; bar 5), {Cpu(process):N2} s of processor");
        (start, process) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        DemandForecaster.Run(series, new DemandSettings(Horizon), signals);
        Setup.Print($"with boosted trees, on one thread, as the product forecasts every night: {Stopwatch.GetElapsedTime(start).TotalSeconds:N2} s, {Cpu(process):N2} s of processor");
        start = Stopwatch.GetTimestamp();
        var sum = series.Sum(y => Smoothing.Simple(y, Horizon)[0]);
        Setup.Print($"exponential smoothing alone, one thread: {Stopwatch.GetElapsedTime(start).TotalSeconds:N2} s (sum {sum:N0}; ours {run.Forecasts.Sum(f => f.Mean[0]):N0})");
        return Task.FromResult(0);
    }

    private static double Cpu(TimeSpan before) => (Environment.CpuUsage.TotalTime - before).TotalSeconds;

    /// <summary>Views and carts that come with the units, with noise.</summary>
    private static List<DemandSignals> Signals(List<double[]> series, int seed)
    {
        var random = new Random(seed);
        return [.. series.Select(y => new DemandSignals([.. y.Select(v => Math.Floor(20 * v + 10 * random.NextDouble()))], [.. y.Select(v => Math.Floor(3 * v + 2 * random.NextDouble()))],
            [.. y.Select(v => Math.Floor(4 * v + 4 * random.NextDouble()))], [.. y.Select(v => v > 0 ? 10 : double.NaN)]))];
    }

    private static List<double[]> Series(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var mean = Math.Exp(random.NextDouble() * 4 - 1);
            return Enumerable.Range(0, Weeks).Select(t => (double)Poisson(random, mean * (1 + 0.3 * Math.Sin(t / 8d)))).ToArray();
        })];
    }

    private static int Poisson(Random random, double mean)
    {
        var (limit, count, product) = (Math.Exp(-mean), 0, random.NextDouble());
        while (product > limit)
        {
            count++;
            product *= random.NextDouble();
        }
        return count;
    }
}
