using System.Globalization;
using BehaviorDashboard.Clusters;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Testing;
using Sylvan.Data.Csv;

namespace BehaviorDashboard.Evaluation;

/// <summary>
/// Clusters of the rows of a CSV file with a header. Columns that are not numbers are left out. The product's clusters are
/// found among the prepared features (cleaned, scaled, principal components); "raw" is the same search over the columns as
/// they stand, for comparison with any other k-means.
/// </summary>
internal static class ClustersTask
{
    private const int Seeds = 5;

    public static readonly EvaluationTask Task = new("clusters", "<csv> [--label column] [--k n] [--seed s]", RunAsync);

    private static async Task RunAsync(Arguments arguments, Report report)
    {
        arguments.Allow("label", "k", "seed");
        var (seed, asked) = (arguments.Number("seed") ?? 1, arguments.Number("k"));
        var (names, table, labels) = await ReadAsync(arguments.Path(0, "a CSV file"), arguments.Text("label"));
        var count = table.Length == 0 ? 0 : table[0].Length;
        if (count < 20 || names.Count == 0) throw new EvaluationException($"{count} rows with {names.Count} columns of numbers: too little to divide.");
        if (asked is < 2 || asked > count / 2) throw new EvaluationException($"--k {asked} is not between 2 and {count / 2}.");
        var preparation = Preparation.Learn(names, table);
        if (preparation.Features.Count == 0) throw new EvaluationException("No column varies.");
        var (rows, columns) = (Prepare(preparation, names, table), preparation.Components.Length);
        var choices = ClusterCount.Try(rows, columns, 10, seed);
        if (choices.Count == 0) throw new EvaluationException("All rows are the same.");
        var k = asked ?? ClusterCount.Propose(choices);
        if (KMeans.Distinct(rows, columns, k) < k) throw new EvaluationException($"There are fewer than {k} different rows.");
        var fits = Enumerable.Range(0, Seeds).Select(s => KMeans.Fit(rows, columns, k, new KMeansOptions(seed + s, Threads: Environment.ProcessorCount))).ToList();
        var agreement = (from a in Enumerable.Range(0, Seeds) from b in Enumerable.Range(a + 1, Seeds - a - 1) select ClusterMetrics.AdjustedRand(fits[a].Labels, fits[b].Labels)).Average();
        var raw = Raw(table);
        var rawFit = KMeans.Fit(raw, table.Length, k, new KMeansOptions(seed, Threads: Environment.ProcessorCount));

        report.Figure("chosen k", ClusterCount.Propose(choices));
        report.Figure("k", k);
        report.Figure("inertia", fits[0].Inertia);
        report.Figure("silhouette", ClusterMetrics.Silhouette(rows, columns, fits[0].Labels, 2_000, seed));
        report.Figure("stability", choices.FirstOrDefault(c => c.K == k)?.Stability ?? double.NaN);
        report.Figure("ARI across seeds", agreement);
        report.Figure("verdict", agreement >= ClusterModel.Agreeing && choices.FirstOrDefault(c => c.K == k)?.Stability >= ClusterCount.Stable ? "stable" : "unstable");
        if (labels is not null) report.Figure("ARI vs label", ClusterMetrics.AdjustedRand(fits[0].Labels, labels));
        report.Figure("inertia raw", rawFit.Inertia);
        await PeerAsync(report, "inertia ratio", rows, columns, k, fits[0].Inertia);
        await PeerAsync(report, "inertia ratio raw", raw, table.Length, k, rawFit.Inertia);
        if (labels is not null) report.Baseline("raw columns", "ARI vs label", ClusterMetrics.AdjustedRand(rawFit.Labels, labels));
        report.Baseline("raw columns", "silhouette", ClusterMetrics.Silhouette(raw, table.Length, rawFit.Labels, 2_000, seed));
    }

    private static float[] Prepare(Preparation preparation, IReadOnlyList<string> names, double[][] table)
    {
        var kept = preparation.Features.Select(f => table[names.ToList().IndexOf(f.Key)]).ToArray();
        return [.. Enumerable.Range(0, table[0].Length).SelectMany(i => preparation.Apply([.. kept.Select(c => c[i])]).Select(v => (float)v))];
    }

    private static float[] Raw(double[][] table)
    {
        var means = table.Select(c => c.Where(v => !double.IsNaN(v)).DefaultIfEmpty(0).Average()).ToArray();
        return [.. Enumerable.Range(0, table[0].Length).SelectMany(i => table.Select((c, f) => (float)(double.IsNaN(c[i]) ? means[f] : c[i])))];
    }

    /// <summary>scikit-learn over the same numbers where this machine has it.</summary>
    private static async Task PeerAsync(Report report, string name, float[] rows, int columns, int k, double inertia)
    {
        const string Label = "scikit-learn KMeans(n_init=10)";
        if (await ScikitLearn.KMeansAsync(rows, columns, k) is { } peer)
        {
            report.Figure(name, inertia / peer.Inertia);
            report.Baseline(Label, name.Replace(" ratio", "", StringComparison.Ordinal), peer.Inertia);
        }
        else report.Figure($"{Label} {name}", "not measured: python3 with sklearn is not installed");
    }

    private static async Task<(List<string> Names, double[][] Table, int[]? Labels)> ReadAsync(string path, string? label)
    {
        await using var csv = await CsvDataReader.CreateAsync(path);
        var names = Enumerable.Range(0, csv.FieldCount).Select(csv.GetName).ToList();
        if (label is not null && !names.Contains(label)) throw new EvaluationException($"There is no column {label}; there are {string.Join(", ", names)}.");
        var (cells, texts, marks) = (names.Select(_ => new List<double>()).ToArray(), new int[names.Count], new List<string>());
        while (await csv.ReadAsync())
            for (var f = 0; f < names.Count; f++)
            {
                var text = csv.GetString(f).Trim();
                if (names[f] == label) marks.Add(text);
                var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value);
                if (!isNumber && text.Length > 0) texts[f]++;
                cells[f].Add(isNumber ? value : double.NaN);
            }
        var used = Enumerable.Range(0, names.Count).Where(f => names[f] != label && texts[f] == 0 && cells[f].Any(v => !double.IsNaN(v))).ToList();
        var groups = marks.Distinct().ToList();
        return ([.. used.Select(f => names[f])], [.. used.Select(f => cells[f].ToArray())], label is null ? null : [.. marks.Select(m => groups.IndexOf(m))]);
    }
}
