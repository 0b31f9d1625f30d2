using BehaviorDashboard.Benchmarks;

// dotnet run -c Release --project tests/Benchmarks -- <name> [options]
return args switch
{
    ["ingest", ..] => await IngestBenchmark.RunAsync(args[1..]),
    ["import", ..] => await ImportBenchmark.RunAsync(args[1..]),
    ["live", ..] => await LiveBenchmark.RunAsync(args[1..]),
    ["people", ..] => await PeopleBenchmark.RunAsync(args[1..]),
    ["growth", ..] => await GrowthBenchmark.RunAsync(args[1..]),
    ["segments", ..] => await SegmentsBenchmark.RunAsync(args[1..]),
    ["clustering", ..] => await ClusteringBenchmark.RunAsync(args[1..]),
    ["delivery", ..] => await DeliveryBenchmark.RunAsync(args[1..]),
    ["features", ..] => await FeaturesBenchmark.RunAsync(args[1..]),
    ["forecast", ..] => await ForecastBenchmark.RunAsync(args[1..]),
    ["reviews", ..] => await ReviewsBenchmark.RunAsync(args[1..]),
    ["recommend", ..] => await RecommendBenchmark.RunAsync(args[1..]),
    ["faults", ..] => await FaultsBenchmark.RunAsync(args[1..]),
    ["soak", ..] => await SoakBenchmark.RunAsync(args[1..]),
    ["windows", ..] => await WindowsBenchmark.RunAsync(args[1..]),
    ["dashboards", ..] => await SoakBenchmark.DashboardsAsync(args[1..]),
    _ => Help(),
};

static int Help()
{
    Console.Error.WriteLine("""
        Name a benchmark:
          ingest [--events N] [--batch N]
          import [--data folder] [--files N] [--times N]
          live [--seconds N | --minutes N] [--clients N] [--rate N]
          growth [--from N] [--to N]
          people [--people N]
          segments [--events N] [--people N] [--segments N] [--seconds N] [--rate N]
          clustering [--rows N] [--seed N]
          features [--events N] [--people N]
          recommend [--people N] [--products N] [--events N] [--requests N]
          delivery [--people N] [--postgres]
          faults [--embedded] [--minutes N] [--rate N] [--nodes N] [--seed N]
          soak [--minutes N] [--rate N] [--clients N] [--dashboards N] [--parts N] [--memory limit]
          dashboards [--most N] [--step N] [--seconds N] [--rate N] [--memory limit]
          windows [--minutes N] [--rate N] [--people N] [--products N]
          forecast [--series N] [--seed N]
          reviews [--reviews N] [--passes N]
        """);
    return 2;
}
