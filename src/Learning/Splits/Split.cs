namespace BehaviorDashboard.Learning;

/// <summary>Which rows a model learns from, which choose between models, and which judge the chosen one.</summary>
public sealed record Split(int[] Train, int[] Validation, int[] Test);

/// <summary>Ways to part rows. Rows of one time, one group or one draw never fall on two sides.</summary>
public static class Splits
{
    /// <summary>The oldest rows teach, later ones choose, the newest judge. Rows of the same instant stay together.</summary>
    public static Split ByTime(ReadOnlySpan<long> times, double validation, double test)
    {
        var order = Enumerable.Range(0, times.Length).ToArray();
        var keys = times.ToArray();
        Array.Sort(keys, order);
        var (first, second) = (Cut(keys, 1 - validation - test), Cut(keys, 1 - test));
        return new Split(order[..first], order[first..second], order[second..]);

        static int Cut(long[] sorted, double share)
        {
            var at = Math.Clamp((int)Math.Round(sorted.Length * share), 0, sorted.Length);
            // Up to the beginning of an instant, unless that leaves nothing before it.
            var back = at;
            while (back > 0 && back < sorted.Length && sorted[back] == sorted[back - 1]) back--;
            if (back > 0 || at == 0) return back;
            while (at < sorted.Length && sorted[at] == sorted[at - 1]) at++;
            return at;
        }
    }

    /// <summary>A random share of those in whom it happened, and the same share of the others.</summary>
    public static Split Stratified(IReadOnlyList<double> labels, double validation, double test, int seed)
    {
        var random = new Random(seed);
        var (train, middle, last) = (new List<int>(), new List<int>(), new List<int>());
        foreach (var rows in Enumerable.Range(0, labels.Count).GroupBy(i => labels[i]).OrderBy(g => g.Key))
        {
            var shuffled = rows.ToArray();
            random.Shuffle(shuffled);
            var (tests, validations) = ((int)Math.Round(shuffled.Length * test), (int)Math.Round(shuffled.Length * validation));
            last.AddRange(shuffled[..tests]);
            middle.AddRange(shuffled[tests..(tests + validations)]);
            train.AddRange(shuffled[(tests + validations)..]);
        }
        return new Split(Sorted(train), Sorted(middle), Sorted(last));
    }

    /// <summary>Cross-validation: each row is judged once, by a model that has not seen it or its group. Labels are spread evenly.</summary>
    /// <returns>The fold of each row.</returns>
    public static int[] Folds(IReadOnlyList<double> labels, int folds, int seed, IReadOnlyList<int>? groups = null)
    {
        var random = new Random(seed);
        var fold = new int[labels.Count];
        // A group counts as one in whom it happened if it did in any of its rows.
        var units = Enumerable.Range(0, labels.Count).GroupBy(i => groups?[i] ?? i).Select(g => (Rows: g.ToArray(), Label: g.Max(i => labels[i]))).ToArray();
        random.Shuffle(units);
        var next = 0;
        foreach (var unit in units.OrderBy(u => u.Label))
        {
            foreach (var row in unit.Rows) fold[row] = next % folds;
            next++;
        }
        return fold;
    }

    /// <summary>Pairs of training and judging rows, one a fold.</summary>
    public static IReadOnlyList<(LearningRows Train, LearningRows Judge)> Pairs(LearningRows rows, int folds, int seed)
    {
        var fold = Folds(rows.Labels, folds, seed, rows.Groups);
        return [.. Enumerable.Range(0, folds).Select(f => (rows.Take(Where(fold, v => v != f)), rows.Take(Where(fold, v => v == f))))];
    }

    /// <summary>Rolling origin: for each of the newest so many instants, everything that was known before it teaches.</summary>
    /// <param name="horizon">Ticks a label takes to be known: rows younger than the instant less this are left out, or the future would teach.</param>
    public static IReadOnlyList<(int[] Train, int[] Judge)> Rolling(IReadOnlyList<long> times, int windows, long horizon)
    {
        var instants = times.Distinct().Order().ToArray();
        return [.. instants.TakeLast(windows).Select(at => (Where(times, t => t + horizon <= at), Where(times, t => t == at))).Where(p => p.Item1.Length > 0)];
    }

    public static int[] Where<T>(IReadOnlyList<T> values, Func<T, bool> holds) => [.. Enumerable.Range(0, values.Count).Where(i => holds(values[i]))];

    private static int[] Sorted(List<int> rows)
    {
        rows.Sort();
        return [.. rows];
    }
}
