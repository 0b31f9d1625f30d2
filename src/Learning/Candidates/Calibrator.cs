namespace BehaviorDashboard.Learning;

/// <summary>
/// Makes a chance mean what it says: of those given 20 %, it happens to one in five. Learned on rows the model has not seen.
/// </summary>
/// <param name="Kind">none, platt (a logistic curve) or isotonic (steps that never fall).</param>
/// <param name="At">platt: slope and offset over log-odds. isotonic: middles of the steps.</param>
/// <param name="To">isotonic: the chance of each step.</param>
public sealed record Calibrator(string Kind, double[] At, double[] To)
{
    private const int Folds = 5;
    private const int FewestForSteps = 500;

    public static readonly Calibrator None = new("none", [], []);

    /// <summary>The kind with the least cross-entropy on rows left out in turn; none where nothing helps.</summary>
    public static Calibrator Learn(double[] chances, double[] labels, int seed)
    {
        if (labels.Length < 30 || labels.Sum() is 0 || labels.Sum() == labels.Length) return None;
        var fold = Splits.Folds(labels, Folds, seed);
        var makers = new List<Func<double[], double[], Calibrator>> { (_, _) => None, Platt };
        if (labels.Length >= FewestForSteps) makers.Add(Isotonic);
        return makers.MinBy(Held)!(chances, labels);

        double Held(Func<double[], double[], Calibrator> make)
        {
            var foretold = new double[labels.Length];
            for (var f = 0; f < Folds; f++)
            {
                var (others, own) = (Splits.Where(fold, v => v != f), Splits.Where(fold, v => v == f));
                var learned = make([.. others.Select(i => chances[i])], [.. others.Select(i => labels[i])]);
                foreach (var i in own) foretold[i] = learned.Apply(chances[i]);
            }
            return Search.Loss(LearningTask.Chance, foretold, labels);
        }
    }

    public double Apply(double chance)
    {
        if (Kind == "platt") return FittedModel.Sigmoid(At[0] * Margin(chance) + At[1]);
        if (Kind != "isotonic") return chance;
        var place = Array.BinarySearch(At, chance);
        if (place >= 0) return To[place];
        place = ~place;
        if (place == 0) return To[0];
        if (place == At.Length) return To[^1];
        // Between two steps a straight line: people do not jump from one chance to another.
        return To[place - 1] + (To[place] - To[place - 1]) * (chance - At[place - 1]) / (At[place] - At[place - 1]);
    }

    public double[] Apply(IEnumerable<double> chances) => [.. chances.Select(Apply)];

    /// <remarks>Platt (1999), with his targets that never say 0 or 1.</remarks>
    public static Calibrator Platt(double[] chances, double[] labels)
    {
        var (up, down) = (labels.Sum(), labels.Length - labels.Sum());
        var (high, low) = ((up + 1) / (up + 2), 1 / (down + 2));
        var margins = chances.Select(Margin).ToArray();
        var found = Bfgs.Minimise(at => margins.Select((m, i) =>
        {
            var (margin, target) = (at[0] * m + at[1], labels[i] > 0.5 ? high : low);
            return Math.Max(margin, 0) + Math.Log(1 + Math.Exp(-Math.Abs(margin))) - target * margin;
        }).Sum() / labels.Length, [1, 0]);
        return new Calibrator("platt", found.At, []);
    }

    /// <summary>Pool adjacent violators; each step is drawn a little towards the mean, so that none says 0 or 1.</summary>
    /// <remarks>Ayer et al. (1955); Zadrozny and Elkan (2002).</remarks>
    public static Calibrator Isotonic(double[] chances, double[] labels)
    {
        var (keys, values) = ((double[])chances.Clone(), (double[])labels.Clone());
        Array.Sort(keys, values);
        var steps = new List<(double Happened, double Chances, double Rows)>();
        for (var i = 0; i < keys.Length; i++)
        {
            steps.Add((values[i], keys[i], 1));
            while (steps.Count > 1 && steps[^2].Happened / steps[^2].Rows >= steps[^1].Happened / steps[^1].Rows)
            {
                var (a, b) = (steps[^2], steps[^1]);
                steps.RemoveRange(steps.Count - 2, 2);
                steps.Add((a.Happened + b.Happened, a.Chances + b.Chances, a.Rows + b.Rows));
            }
        }
        var mean = labels.Average();
        return new Calibrator("isotonic", [.. steps.Select(s => s.Chances / s.Rows)], [.. steps.Select(s => (s.Happened + mean) / (s.Rows + 1))]);
    }

    private static double Margin(double chance) => Math.Log(Math.Clamp(chance, 1e-6, 1 - 1e-6) / (1 - Math.Clamp(chance, 1e-6, 1 - 1e-6)));
}
