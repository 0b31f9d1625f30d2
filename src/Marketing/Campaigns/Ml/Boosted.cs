using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;

namespace BehaviorDashboard.Campaigns;

/// <summary>Gradient-boosted trees (LightGBM), small and careful: effects are faint beside the noise of outcomes. One thread, so that a seed gives one model.</summary>
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
        var ml = new MLContext(seed);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Length);
        var data = ml.Data.LoadFromEnumerable(rows.Select((r, i) => new Row { Features = [.. r.Select(v => (float)v)], Label = (float)target[i], Weight = (float)(weight?[i] ?? 1) }), schema);
        var trainer = ml.Regression.Trainers.LightGbm(new LightGbmRegressionTrainer.Options
        {
            NumberOfIterations = trees, NumberOfLeaves = leaves, LearningRate = 0.06, NumberOfThreads = 1, Seed = seed, Verbose = false, ExampleWeightColumnName = nameof(Row.Weight),
            MinimumExampleCountPerLeaf = Math.Max(20, rows.Count / 60), HandleMissingValue = true,
            Booster = new GradientBooster.Options { SubsampleFraction = 0.8, SubsampleFrequency = 1, FeatureFraction = 0.8, L2Regularization = 5 },
        });
        var engine = ml.Model.CreatePredictionEngine<Row, Score>(trainer.Fit(data), inputSchemaDefinition: schema);
        return row => engine.Predict(new Row { Features = [.. row.Select(v => (float)v)] }).Value;
    }
}
