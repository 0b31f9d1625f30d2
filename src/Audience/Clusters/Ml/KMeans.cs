using BehaviorDashboard.Learning;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace BehaviorDashboard.Clusters;

/// <summary>How hard to look for the best centroids.</summary>
/// <param name="Restarts">Beginnings tried on a sample; the best goes on with all rows.</param>
/// <param name="Threads">Of the iterations over all rows.</param>
public sealed record KMeansOptions(int Seed = 1, int Restarts = 10, int Threads = 1)
{
    /// <summary>Rows a beginning is tried on.</summary>
    public int Sample { get; init; } = 20_000;
}

/// <summary>
/// K-means: ML.NET's trainer finds centroids from several seeds on a sample, and Lloyd's iterations take the best of them
/// to the whole. Why the two: docs/decisions/0006-clusters.md. The same seed gives the same clusters.
/// </summary>
public static class KMeans
{
    private sealed class Row
    {
        public float[] Features { get; init; } = [];
    }

    /// <summary>Rows that differ; there can be no more clusters than that.</summary>
    /// <param name="enough">Counting ends here.</param>
    public static int Distinct(ReadOnlySpan<float> rows, int columns, int enough)
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < rows.Length && seen.Count < enough; i += columns) seen.Add(string.Join(';', rows.Slice(i, columns).ToArray()));
        return seen.Count;
    }

    /// <param name="rows">Row after row; at least <paramref name="k"/> of them differ.</param>
    public static KMeansFit Fit(ReadOnlyMemory<float> rows, int columns, int k, KMeansOptions options, CancellationToken cancel = default)
    {
        var count = rows.Length / columns;
        var sample = count <= options.Sample ? rows : Sampling.Rows(rows.Span, columns, Sampling.Indices(count, options.Sample, options.Seed));
        KMeansFit? best = null;
        for (var restart = 0; restart < options.Restarts; restart++)
        {
            cancel.ThrowIfCancellationRequested();
            var fit = Lloyd.Refine(sample, columns, Begin(sample, columns, k, unchecked(options.Seed * 7919 + restart)), 1, cancel);
            if (best is null || fit.Inertia < best.Inertia) best = fit;
        }
        return sample.Length == rows.Length ? best! : Lloyd.Refine(rows, columns, best!.Centroids, options.Threads, cancel);
    }

    /// <summary>The nearest centroid of each row.</summary>
    public static int[] Assign(ReadOnlyMemory<float> rows, int columns, float[][] centroids) => Lloyd.Assign(rows, columns, centroids);

    private static float[][] Begin(ReadOnlyMemory<float> rows, int columns, int k, int seed)
    {
        var ml = new MLContext(seed);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, columns);
        var data = ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows.Length / columns).Select(i => new Row { Features = rows.Slice(i * columns, columns).ToArray() }).ToList(), schema);
        var model = ml.Clustering.Trainers.KMeans(new KMeansTrainer.Options
        {
            FeatureColumnName = nameof(Row.Features), NumberOfClusters = k, NumberOfThreads = 1, MaximumNumberOfIterations = 20,
            InitializationAlgorithm = KMeansTrainer.InitializationAlgorithm.KMeansPlusPlus,
        }).Fit(data);
        VBuffer<float>[]? centroids = null;
        model.Model.GetClusterCentroids(ref centroids, out _);
        return [.. centroids.Select(c => c.DenseValues().ToArray())];
    }
}
