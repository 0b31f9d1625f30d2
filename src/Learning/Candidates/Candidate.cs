using System.Text.Json.Serialization;

namespace BehaviorDashboard.Learning;

/// <summary>What is learned: the chance that something happens, or a figure.</summary>
public enum LearningTask
{
    Chance,
    Figure,
}

/// <summary>A way to learn, tried beside others under the same conditions.</summary>
public interface ICandidate
{
    /// <summary>Such as <c>lightgbm</c>; names it on cards.</summary>
    string Name { get; }

    /// <summary>Settings to try; the first are good ones for most data.</summary>
    IEnumerable<Settings> Draw(Random random);

    /// <summary>The same rows, settings and seed give the same model.</summary>
    FittedModel Fit(LearningRows rows, LearningTask task, Settings settings, int seed);
}

/// <summary>Settings of a candidate by name.</summary>
public sealed record Settings(IReadOnlyDictionary<string, double> Values)
{
    public double this[string name] => Values[name];

    public override string ToString() => string.Join(" ", Values.Select(v => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{v.Key}={v.Value:G4}")));
}

/// <summary>A learned function of a row of figures. Safe to use from many threads.</summary>
[JsonDerivedType(typeof(LinearModel), "linear"), JsonDerivedType(typeof(TreeModel), "trees"), JsonDerivedType(typeof(NeighboursModel), "neighbours")]
public abstract class FittedModel
{
    public abstract string Candidate { get; }

    /// <summary>The chance (before calibration) or figure of each row.</summary>
    public abstract double[] Score(LearningRows rows);

    /// <summary>
    /// What each feature adds to one row's score against the average row, in log-odds for a chance and in the figure's unit else.
    /// </summary>
    public abstract double[] Contributions(ReadOnlySpan<float> row);

    internal static double Sigmoid(double margin) => margin >= 0 ? 1 / (1 + Math.Exp(-margin)) : Math.Exp(margin) / (1 + Math.Exp(margin));
}

/// <summary>The ways to learn that the product compares.</summary>
public static class Candidates
{
    public const int FewOutcomes = 100;

    public static ICandidate Linear { get; } = new LinearCandidate();

    /// <summary>Without LightGBM where this machine has not what it needs; FastTree boosts trees there too.</summary>
    public static IReadOnlyList<ICandidate> All { get; } = [Linear, .. LightGbmLibrary.IsThere ? [new LightGbmCandidate()] : Array.Empty<ICandidate>(), new FastTreeCandidate(), new NeighboursCandidate()];

    /// <summary>Of these, who can learn from so few: where it happened, or did not, fewer than a hundred times, a line or neighbours.</summary>
    public static IReadOnlyList<ICandidate> For(LearningRows rows) =>
        Math.Min(rows.Positives, rows.Count - rows.Positives) < FewOutcomes ? [.. All.Where(c => c is LinearCandidate or NeighboursCandidate)] : All;
}
