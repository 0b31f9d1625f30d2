using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace BehaviorDashboard.Learning;

/// <summary>A weighted sum of prepared columns; for a chance, its logistic.</summary>
public sealed class LinearModel(RowPreparation preparation, double[] weights, double bias, LearningTask task) : FittedModel
{
    public RowPreparation Preparation => preparation;

    public double[] Weights => weights;

    public double Bias => bias;

    public LearningTask Task => task;

    public override string Candidate => "linear";

    public override double[] Score(LearningRows rows)
    {
        var (prepared, scores) = (new float[weights.Length], new double[rows.Count]);
        for (var i = 0; i < rows.Count; i++)
        {
            preparation.Apply(rows.Row(i), prepared);
            var margin = bias;
            for (var c = 0; c < weights.Length; c++) margin += weights[c] * prepared[c];
            scores[i] = task == LearningTask.Chance ? Sigmoid(margin) : margin;
        }
        return scores;
    }

    public override double[] Contributions(ReadOnlySpan<float> row)
    {
        var prepared = new float[weights.Length];
        preparation.Apply(row, prepared);
        return preparation.ByFeature([.. weights.Select((w, c) => w * prepared[c])], row.Length);
    }
}

/// <summary>Logistic regression by L-BFGS for a chance; ridge regression, solved exactly, for a figure.</summary>
internal sealed class LinearCandidate : ICandidate
{
    public string Name => "linear";

    public IEnumerable<Settings> Draw(Random random) => new[] { 1.0, 0.1, 10, 100 }.Select(l2 => new Settings(new Dictionary<string, double> { ["l2"] = l2 }));

    public FittedModel Fit(LearningRows rows, LearningTask task, Settings settings, int seed)
    {
        var preparation = RowPreparation.Learn(rows);
        var columns = preparation.Columns.Count;
        if (columns == 0 || (task == LearningTask.Chance && rows.Labels.Distinct().Count() < 2)) return new LinearModel(preparation, new double[columns], Constant(rows, task), task);
        var prepared = preparation.Apply(rows);
        var (weights, bias) = task == LearningTask.Chance ? Logistic(prepared, columns, rows.Labels, settings["l2"], seed) : Ridge(prepared, columns, rows.Labels, settings["l2"]);
        return new LinearModel(preparation, weights, bias, task);
    }

    private static double Constant(LearningRows rows, LearningTask task)
    {
        var share = (rows.Positives + 0.5) / (rows.Count + 1);
        return task == LearningTask.Chance ? Math.Log(share / (1 - share)) : rows.Count == 0 ? 0 : rows.Mean;
    }

    private static (double[] Weights, double Bias) Logistic(float[] prepared, int columns, double[] labels, double l2, int seed)
    {
        var ml = new MLContext(seed);
        var model = ml.BinaryClassification.Trainers.LbfgsLogisticRegression(new LbfgsLogisticRegressionBinaryTrainer.Options
        {
            L1Regularization = 0, L2Regularization = (float)l2, NumberOfThreads = 1, OptimizationTolerance = 1e-6f, HistorySize = 20, MaximumNumberOfIterations = 200,
        }).Fit(MlRows.View(ml, prepared, columns, labels)).Model;
        return ([.. model.SubModel.Weights.Select(w => (double)w)], model.SubModel.Bias);
    }

    private static (double[] Weights, double Bias) Ridge(float[] prepared, int columns, double[] labels, double l2)
    {
        var mean = labels.Average();
        var (gram, target) = (new double[columns, columns], new double[columns]);
        for (var i = 0; i < labels.Length; i++)
        {
            var row = prepared.AsSpan(i * columns, columns);
            for (var a = 0; a < columns; a++)
            {
                target[a] += row[a] * (labels[i] - mean);
                for (var b = 0; b <= a; b++) gram[a, b] += row[a] * row[b];
            }
        }
        for (var a = 0; a < columns; a++) gram[a, a] += l2;
        // Columns have mean 0 over the rows they were prepared on, so that the bias is the mean.
        return (Cholesky.Solve(gram, target), mean);
    }
}
