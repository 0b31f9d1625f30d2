using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace BehaviorDashboard.Reviews.Ml;

/// <summary>Weights of a linear model by ML.NET's L-BFGS. The same rows give the same weights.</summary>
public static class LinearFit
{
    private sealed class Row
    {
        public VBuffer<float> Features { get; set; }

        public bool Label { get; set; }

        public uint Class { get; set; }
    }

    /// <param name="l2">Strength of the pull towards zero, over the sum of losses.</param>
    public static (float[] Weights, float Bias) Binary(IReadOnlyList<SparseVector> rows, IReadOnlyList<bool> good, int size, float l2, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var ml = new MLContext(1);
        var model = ml.BinaryClassification.Trainers.LbfgsLogisticRegression(new LbfgsLogisticRegressionBinaryTrainer.Options
        {
            L1Regularization = 0, L2Regularization = l2, OptimizationTolerance = 1e-5f, NumberOfThreads = 1, MaximumNumberOfIterations = 100, EnforceNonNegativity = false,
        }).Fit(Data(ml, rows, size, i => new Row { Label = good[i] }));
        return ([.. model.Model.SubModel.Weights], model.Model.SubModel.Bias);
    }

    /// <summary>One row of weights for each class.</summary>
    public static (float[][] Weights, float[] Biases) Classes(IReadOnlyList<SparseVector> rows, IReadOnlyList<int> classes, int count, int size, float l2, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var ml = new MLContext(1);
        var data = Data(ml, rows, size, i => new Row { Class = (uint)classes[i] }, count);
        var model = ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new LbfgsMaximumEntropyMulticlassTrainer.Options
        {
            LabelColumnName = nameof(Row.Class), L1Regularization = 0, L2Regularization = l2, OptimizationTolerance = 1e-4f, NumberOfThreads = 1, MaximumNumberOfIterations = 60, HistorySize = 6,
        }).Fit(data);
        VBuffer<float>[]? weights = null;
        model.Model.GetWeights(ref weights, out var classCount);
        return ([.. weights!.Take(classCount).Select(w => w.DenseValues().ToArray())], [.. model.Model.GetBiases()]);
    }

    private static IDataView Data(MLContext ml, IReadOnlyList<SparseVector> rows, int size, Func<int, Row> labelled, int classes = 0)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Math.Max(1, size));
        if (classes > 0) schema[nameof(Row.Class)].ColumnType = new KeyDataViewType(typeof(uint), (ulong)classes);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows.Count).Select(i =>
        {
            var row = labelled(i);
            row.Features = new VBuffer<float>(Math.Max(1, size), rows[i].Places.Length, rows[i].Values, rows[i].Places);
            return row;
        }).ToList(), schema);
    }
}
