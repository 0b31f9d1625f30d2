namespace BehaviorDashboard.Learning;

/// <summary>What a search may cost.</summary>
/// <param name="Time">After it no new trial begins; the best of what was tried is taken.</param>
/// <param name="Rows">Most rows one trial learns from.</param>
/// <param name="Trials">Different candidates and settings in the first round.</param>
public sealed record SearchBudget(TimeSpan Time, int Rows = 100_000, int Trials = 18);

/// <summary>One candidate with one setting, learned from so many rows.</summary>
/// <param name="Loss">On rows it has not seen: cross-entropy for a chance, squared error for a figure.</param>
public sealed record Trial(string Candidate, string Settings, int Round, int Rows, double Loss, double Seconds);

/// <summary>What was chosen, and what it was chosen among.</summary>
/// <param name="Foretold">What the chosen one says of each judged row; fold after fold.</param>
public sealed record SearchResult(ICandidate Candidate, Settings Settings, double Loss, IReadOnlyList<Trial> Trials, IReadOnlyList<double[]> Foretold, bool OutOfTime);

/// <summary>
/// Successive halving: everything is tried on few rows, the better third (and the best of each candidate) on three times as
/// many, until the best few have seen all.
/// </summary>
/// <remarks>Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization" (2016).</remarks>
public static class Search
{
    private const int Keep = 3;
    private const int FewestRows = 300;

    private sealed record Arm(ICandidate Candidate, Settings Settings)
    {
        public double Loss { get; set; } = double.PositiveInfinity;
        public List<double[]> Foretold { get; set; } = [];
    }

    /// <param name="folds">What is learned from and what judges; early rounds use the last pair only.</param>
    public static SearchResult Run(IReadOnlyList<ICandidate> candidates, IReadOnlyList<(LearningRows Train, LearningRows Judge)> folds, LearningTask task, SearchBudget budget, int seed,
        TimeProvider time, Action<double>? report = null, CancellationToken cancel = default)
    {
        var (began, trials, arms) = (time.GetTimestamp(), new List<Trial>(), Arms(candidates, budget.Trials, seed));
        var all = Math.Min(budget.Rows, folds.Max(f => f.Train.Count));
        var rounds = 1;
        while (arms.Count / Math.Pow(Keep, rounds) >= 1 && all / Math.Pow(Keep, rounds) >= FewestRows) rounds++;
        var (outOfTime, spent) = (false, 0);
        Arm? best = null;
        for (var round = 1; round <= rounds; round++)
        {
            var rows = (int)(all / Math.Pow(Keep, rounds - round));
            var last = round == rounds;
            foreach (var (arm, place) in arms.Select((a, i) => (a, i)))
            {
                cancel.ThrowIfCancellationRequested();
                // The first of the last round runs whatever it costs: somebody must have seen all rows.
                if (time.GetElapsedTime(began) > budget.Time && !(last && place == 0))
                {
                    (outOfTime, arm.Loss) = (true, round == 1 ? double.PositiveInfinity : arm.Loss);
                    continue;
                }
                var start = time.GetTimestamp();
                Judge(arm, last ? folds : [folds[^1]], rows, task, seed, cancel);
                trials.Add(new Trial(arm.Candidate.Name, arm.Settings.ToString(), round, rows, arm.Loss, time.GetElapsedTime(start).TotalSeconds));
                report?.Invoke((round - 1 + (place + 1.0) / arms.Count) / rounds);
                spent++;
            }
            arms = [.. arms.Where(a => !last || a.Foretold.Count == folds.Count).OrderBy(a => a.Loss)];
            best = arms[0];
            // The better third, and the best of each candidate: few rows flatter simple models.
            var better = arms.Take((int)Math.Ceiling(arms.Count / (double)Keep)).ToList();
            arms = [.. better, .. arms.GroupBy(a => a.Candidate).Select(g => g.First()).Except(better)];
        }
        return new SearchResult(best!.Candidate, best.Settings, best.Loss, trials, best.Foretold, outOfTime);
    }

    public static double Loss(LearningTask task, double[] foretold, double[] happened) => task == LearningTask.Chance
        ? new ChanceMetrics(foretold.Select(p => Math.Clamp(p, 1e-4, 1 - 1e-4)).ToArray(), happened).LogLoss() : FigureMetrics.Mse(foretold, happened);

    private static void Judge(Arm arm, IReadOnlyList<(LearningRows Train, LearningRows Judge)> folds, int rows, LearningTask task, int seed, CancellationToken cancel)
    {
        var foretold = new List<double[]>();
        foreach (var (train, judge) in folds)
        {
            cancel.ThrowIfCancellationRequested();
            foretold.Add(arm.Candidate.Fit(train.Sample(rows, seed), task, arm.Settings, seed).Score(judge));
        }
        arm.Foretold = foretold;
        arm.Loss = folds.Zip(foretold, (f, p) => Loss(task, p, f.Judge.Labels) * f.Judge.Count).Sum() / folds.Sum(f => f.Judge.Count);
    }

    /// <summary>Candidates take turns, each beginning with its usual settings.</summary>
    private static List<Arm> Arms(IReadOnlyList<ICandidate> candidates, int most, int seed)
    {
        var (random, arms, seen) = (new Random(seed), new List<Arm>(), new HashSet<string>());
        var draws = candidates.Select(c => (Candidate: c, Draw: c.Draw(random).GetEnumerator())).ToList();
        for (var turn = 0; arms.Count < most && turn < 4 * most; turn++)
        {
            var (candidate, draw) = draws[turn % draws.Count];
            if (draw.MoveNext() && seen.Add(candidate.Name + draw.Current)) arms.Add(new Arm(candidate, draw.Current));
        }
        return arms;
    }
}
