using BehaviorDashboard.Learning;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;

namespace BehaviorDashboard.Campaigns;

/// <summary>Gradient-boosted trees (LightGBM, or FastTree where that is not to be had), small and careful: effects are faint beside the noise of outcomes. One thread, so that a seed gives one model.</summary>
internal static class Boosted
{
    private sealed class Row
    {
        public float[] Features { get; set; } = [];
        public float Label { get; set; }
        public float Weight { get; set; } = 1;
    }

    private sealed class Score
    {
        [ColumnName("Score")] public float Value { get; set; }
    }

    /// <param name="seed">Of the bagging.</param>
    /// <returns>Not for several threads at once.</returns>
    public static Predictor Fit(IReadOnlyList<double[]> rows, IReadOnlyList<double> target, int seed, IReadOnlyList<double>? weight = null, int trees = 60, int leaves = 6)
    {
        if (rows.Count < 2 * leaves || target.Distinct().Take(2).Count() < 2)
        {
            var mean = rows.Count == 0 ? 0 : target.Average();
            return _ => mean;
        }
        var (ml, fill) = (new MLContext(seed), LightGbmLibrary.IsThere ? null : Means(rows));
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Length);
        var data = ml.Data.LoadFromEnumerable(rows.Select((r, i) => new Row { Features = Known(r, fill), Label = (float)target[i], Weight = (float)(weight?[i] ?? 1) }), schema);
        var least = Math.Max(20, rows.Count / 60);
        IEstimator<ITransformer> trainer = !LightGbmLibrary.IsThere ? ml.Regression.Trainers.FastTree(new FastTreeRegressionTrainer.Options
        {
            NumberOfTrees = trees, NumberOfLeaves = leaves, LearningRate = 0.06, NumberOfThreads = 1, Seed = seed, FeatureFraction = 0.8, ExampleWeightColumnName = nameof(Row.Weight), MinimumExampleCountPerLeaf = least,
        }) : ml.Regression.Trainers.LightGbm(new LightGbmRegressionTrainer.Options
        {
            NumberOfIterations = trees, NumberOfLeaves = leaves, LearningRate = 0.06, NumberOfThreads = 1, Seed = seed, Verbose = false, ExampleWeightColumnName = nameof(Row.Weight),
            MinimumExampleCountPerLeaf = least, HandleMissingValue = true,
            Booster = new GradientBooster.Options { SubsampleFraction = 0.8, SubsampleFrequency = 1, FeatureFraction = 0.8, L2Regularization = 5 },
        });
        var engine = ml.Model.CreatePredictionEngine<Row, Score>(trainer.Fit(data), inputSchemaDefinition: schema);
        return row => engine.Predict(new Row { Features = Known(row, fill) }).Value;
    }

    /// <summary>FastTree leaves out rows in which a figure is missing: there it takes the column's mean.</summary>
    private static float[] Known(double[] row, double[]? fill) => [.. row.Select((v, i) => (float)(fill is not null && double.IsNaN(v) ? fill[i] : v))];

    private static double[] Means(IReadOnlyList<double[]> rows) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Select(r => r[c]).Where(v => !double.IsNaN(v)).DefaultIfEmpty(0).Average())];
}
