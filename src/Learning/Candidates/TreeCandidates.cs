using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;

namespace BehaviorDashboard.Learning;

/// <summary>Whether LightGBM is to be had: its native library needs OpenMP (<c>libgomp1</c>), which a bare Linux lacks.</summary>
public static class LightGbmLibrary
{
    public static bool IsThere { get; } = NativeLibrary.TryLoad("lib_lightgbm", typeof(LightGbmBinaryTrainer).Assembly, null, out _);
}

/// <summary>Gradient boosting by LightGBM, on one thread: two would not give the same trees again.</summary>
internal sealed class LightGbmCandidate : ICandidate
{
    public string Name => "lightgbm";

    public IEnumerable<Settings> Draw(Random random)
    {
        yield return Of(15, 20, 0.05, 150, 1, 0.8);
        yield return Of(7, 30, 0.05, 100, 5, 0.8);
        yield return Of(4, 10, 0.1, 60, 1, 1);
        while (true)
            yield return Of(random.GetItems([4.0, 7, 15, 31], 1)[0], random.GetItems([10.0, 20, 40, 80], 1)[0], random.GetItems([0.02, 0.03, 0.05, 0.1], 1)[0], random.GetItems([60.0, 100, 200, 300], 1)[0],
                random.GetItems([0.1, 1.0, 5, 20], 1)[0], random.GetItems([0.5, 0.7, 1.0], 1)[0]);

        static Settings Of(double leaves, double least, double rate, double trees, double l2, double features) =>
            new(new Dictionary<string, double> { ["leaves"] = leaves, ["rows a leaf"] = least, ["rate"] = rate, ["trees"] = trees, ["l2"] = l2, ["features"] = features });
    }

    public FittedModel Fit(LearningRows rows, LearningTask task, Settings settings, int seed)
    {
        var preparation = RowPreparation.Learn(rows);
        var (prepared, columns, ml) = (preparation.Apply(rows), preparation.Columns.Count, new MLContext(seed));
        if (columns == 0 || rows.Labels.Distinct().Count() < 2) return Candidates.Linear.Fit(rows, task, Candidates.Linear.Draw(new Random(seed)).First(), seed);
        var view = MlRows.View(ml, prepared, columns, rows.Labels, task);
        var booster = new GradientBooster.Options { L2Regularization = settings["l2"], FeatureFraction = settings["features"] };
        // At least some leaves must be possible on few rows.
        var least = (int)Math.Max(1, Math.Min(settings["rows a leaf"], rows.Count / 10.0));
        if (task == LearningTask.Figure)
        {
            var figures = ml.Regression.Trainers.LightGbm(new LightGbmRegressionTrainer.Options
            {
                NumberOfThreads = 1, Seed = seed, Deterministic = true, NumberOfLeaves = (int)settings["leaves"], MinimumExampleCountPerLeaf = least, LearningRate = settings["rate"], NumberOfIterations = (int)settings["trees"],
                Booster = booster, Verbose = false, Silent = true, HandleMissingValue = false, MinimumExampleCountPerGroup = 1,
            }).Fit(view).Model;
            return Trees(Name, preparation, figures.TrainedTreeEnsemble, prepared, columns, null, task);
        }
        var model = ml.BinaryClassification.Trainers.LightGbm(new LightGbmBinaryTrainer.Options
        {
            NumberOfThreads = 1, Seed = seed, Deterministic = true, NumberOfLeaves = (int)settings["leaves"], MinimumExampleCountPerLeaf = least, LearningRate = settings["rate"], NumberOfIterations = (int)settings["trees"],
            Booster = booster, Verbose = false, Silent = true, HandleMissingValue = false, MinimumExampleCountPerGroup = 1,
        }).Fit(view).Model;
        return Trees(Name, preparation, model.SubModel.TrainedTreeEnsemble, prepared, columns, (PlattCalibrator)model.Calibrator, task);
    }

    internal static TreeModel Trees(string name, RowPreparation preparation, TreeEnsemble<RegressionTree> ensemble, float[] prepared, int columns, PlattCalibrator? calibrator, LearningTask task) =>
        new(name, preparation, [.. ensemble.Trees.Select((t, i) => Tree.Of(t, ensemble.TreeWeights[i], prepared, columns))], ensemble.Bias, calibrator?.Slope ?? 0, calibrator?.Offset ?? 0, task);
}

/// <summary>Gradient boosting by ML.NET's FastTree, on one thread.</summary>
internal sealed class FastTreeCandidate : ICandidate
{
    public string Name => "fasttree";

    public IEnumerable<Settings> Draw(Random random)
    {
        yield return Of(8, 20, 0.1, 60);
        while (true) yield return Of(random.GetItems([4.0, 8, 16], 1)[0], random.GetItems([10.0, 20, 50], 1)[0], random.GetItems([0.05, 0.1, 0.2], 1)[0], random.GetItems([40.0, 80, 150], 1)[0]);

        static Settings Of(double leaves, double least, double rate, double trees) =>
            new(new Dictionary<string, double> { ["leaves"] = leaves, ["rows a leaf"] = least, ["rate"] = rate, ["trees"] = trees });
    }

    public FittedModel Fit(LearningRows rows, LearningTask task, Settings settings, int seed)
    {
        var preparation = RowPreparation.Learn(rows);
        var (prepared, columns, ml) = (preparation.Apply(rows), preparation.Columns.Count, new MLContext(seed));
        if (columns == 0 || rows.Labels.Distinct().Count() < 2) return Candidates.Linear.Fit(rows, task, Candidates.Linear.Draw(new Random(seed)).First(), seed);
        var view = MlRows.View(ml, prepared, columns, rows.Labels, task);
        var least = (int)Math.Max(1, Math.Min(settings["rows a leaf"], rows.Count / 10.0));
        if (task == LearningTask.Figure)
        {
            var figures = ml.Regression.Trainers.FastTree(new FastTreeRegressionTrainer.Options
            {
                NumberOfThreads = 1, Seed = seed, NumberOfLeaves = (int)settings["leaves"], MinimumExampleCountPerLeaf = least, LearningRate = settings["rate"], NumberOfTrees = (int)settings["trees"],
            }).Fit(view).Model;
            return LightGbmCandidate.Trees(Name, preparation, figures.TrainedTreeEnsemble, prepared, columns, null, task);
        }
        var model = ml.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options
        {
            NumberOfThreads = 1, Seed = seed, NumberOfLeaves = (int)settings["leaves"], MinimumExampleCountPerLeaf = least, LearningRate = settings["rate"], NumberOfTrees = (int)settings["trees"],
        }).Fit(view).Model;
        return LightGbmCandidate.Trees(Name, preparation, model.SubModel.TrainedTreeEnsemble, prepared, columns, (PlattCalibrator)model.Calibrator, task);
    }
}
