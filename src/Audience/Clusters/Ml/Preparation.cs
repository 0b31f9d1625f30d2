namespace BehaviorDashboard.Clusters;

/// <summary>How one feature is made fit for distances: missing filled, ends pulled in, logarithm where skewed, mean 0 and deviation 1.</summary>
/// <param name="Fill">Stands for a missing value: the median.</param>
/// <param name="Low">Lower values count as this: the 1st percentile.</param>
/// <param name="High">Higher values count as this: the 99th percentile.</param>
/// <param name="Missing">Share of rows that had no value.</param>
/// <param name="Clipped">Share of rows whose value was pulled in.</param>
public sealed record FeatureScale(string Key, double Fill, double Low, double High, bool Log, double Mean, double Deviation, double Missing, double Clipped)
{
    public double Apply(double raw)
    {
        var value = Math.Clamp(double.IsNaN(raw) ? Fill : raw, Low, High);
        return ((Log ? Math.Log(1 + value) : value) - Mean) / Deviation;
    }
}

/// <summary>A feature that says nothing here.</summary>
/// <param name="Reason">constant or missing.</param>
public sealed record DroppedFeature(string Key, string Reason);

/// <summary>Two features that tell almost the same.</summary>
public sealed record CorrelatedPair(string One, string Other, double Correlation);

/// <summary>Cleans and scales features, and turns correlated ones into fewer that are not (principal components).</summary>
/// <param name="Components">One row a component: the weight of each scaled feature.</param>
/// <param name="Explained">Share of the variance each component kept carries.</param>
public sealed record Preparation(IReadOnlyList<FeatureScale> Features, IReadOnlyList<DroppedFeature> Dropped, IReadOnlyList<CorrelatedPair> Correlated, double[][] Components, double[] Explained)
{
    private const double Tail = 0.01;
    private const double MostMissing = 0.5;
    private const double KeptVariance = 0.9;
    private const double Alike = 0.8;

    /// <param name="table">One array a feature; NaN is missing.</param>
    public static Preparation Learn(IReadOnlyList<string> keys, IReadOnlyList<double[]> table)
    {
        var (features, dropped, scaled) = (new List<FeatureScale>(), new List<DroppedFeature>(), new List<double[]>());
        for (var f = 0; f < keys.Count; f++)
        {
            var known = table[f].Where(v => !double.IsNaN(v)).Order().ToArray();
            var missing = 1 - known.Length / (double)Math.Max(1, table[f].Length);
            if (missing > MostMissing) dropped.Add(new DroppedFeature(keys[f], "missing"));
            else if (Scale(keys[f], table[f], known, missing) is { } scale)
            {
                features.Add(scale);
                scaled.Add([.. table[f].Select(scale.Apply)]);
            }
            else dropped.Add(new DroppedFeature(keys[f], "constant"));
        }
        if (features.Count == 0) return new Preparation(features, dropped, [], [], []);
        var correlation = Correlate(scaled);
        var pairs = from a in Enumerable.Range(0, features.Count) from b in Enumerable.Range(a + 1, features.Count - a - 1)
            where Math.Abs(correlation[a][b]) >= Alike select new CorrelatedPair(features[a].Key, features[b].Key, correlation[a][b]);
        var (values, vectors) = SymmetricEigen.Of(correlation);
        var kept = 1;
        while (kept < values.Length && (kept < 2 || values[..kept].Sum() < KeptVariance * values.Sum())) kept++;
        return new Preparation(features, dropped, [.. pairs], vectors[..kept], [.. values[..kept].Select(v => v / values.Sum())]);
    }

    /// <summary>The components of one row of raw values, in the order of the features kept.</summary>
    public double[] Apply(IReadOnlyList<double> raw)
    {
        var scaled = Features.Select((f, i) => f.Apply(raw[i])).ToArray();
        return [.. Components.Select(weights => weights.Zip(scaled, (w, z) => w * z).Sum())];
    }

    private static FeatureScale? Scale(string key, double[] values, double[] known, double missing)
    {
        if (known.Length == 0) return null;
        var (fill, low, high) = (Percentile(known, 0.5), Percentile(known, Tail), Percentile(known, 1 - Tail));
        // Rare negatives (more refunded than bought) count as nothing, so that amounts keep their logarithm.
        if (low < 0 && known.Count(v => v < 0) < 0.05 * known.Length) low = 0;
        var clipped = known.Count(v => v < low || v > high) / (double)known.Length;
        var plain = new FeatureScale(key, fill, low, high, false, 0, 1, missing, clipped);
        var log = low >= 0 && Moments([.. values.Select(plain.Apply)]).Skewness > 1;
        var (mean, deviation, _) = Moments([.. values.Select((plain with { Log = log }).Apply)]);
        return deviation < 1e-9 ? null : plain with { Log = log, Mean = mean, Deviation = deviation };
    }

    private static double Percentile(double[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];

    private static (double Mean, double Deviation, double Skewness) Moments(double[] values)
    {
        var mean = values.Average();
        var variance = values.Average(v => (v - mean) * (v - mean));
        return (mean, Math.Sqrt(variance), variance < 1e-18 ? 0 : values.Average(v => Math.Pow(v - mean, 3)) / Math.Pow(variance, 1.5));
    }

    private static double[][] Correlate(List<double[]> scaled) =>
        [.. scaled.Select(a => scaled.Select(b => a.Zip(b, (x, y) => x * y).Average()).ToArray())];
}
