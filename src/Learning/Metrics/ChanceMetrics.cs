namespace BehaviorDashboard.Learning;

/// <summary>A bar of the calibration curve: what was foretold and what came, for rows with similar chances.</summary>
public sealed record CalibrationBin(double Foretold, double Happened, long Rows);

/// <summary>
/// How good foretold chances are. Every measure takes how often each row counts, so that it can be drawn again
/// (<see cref="Estimate.Bootstrap"/>); null counts each once.
/// </summary>
public sealed class ChanceMetrics
{
    private const double Least = 1e-12;
    private readonly double[] _chances;
    private readonly double[] _labels;
    private readonly int[] _order;

    public ChanceMetrics(IReadOnlyList<double> chances, IReadOnlyList<double> labels)
    {
        if (chances.Count != labels.Count) throw new ArgumentException("Each row has one chance and one label.", nameof(labels));
        (_chances, _labels) = ([.. chances], [.. labels]);
        _order = [.. Enumerable.Range(0, _chances.Length)];
        Array.Sort((double[])_chances.Clone(), _order);
    }

    public int Count => _labels.Length;

    public IReadOnlyList<double> Chances => _chances;

    /// <summary>Area under the ROC curve: how often somebody in whom it happened was given the higher chance; ties count half.</summary>
    public double Auc(int[]? weights = null)
    {
        var (wins, negatives, positives) = (0.0, 0.0, 0.0);
        for (var i = 0; i < _order.Length;)
        {
            var (chance, up, down) = (_chances[_order[i]], 0.0, 0.0);
            for (; i < _order.Length && _chances[_order[i]] == chance; i++)
            {
                var weight = weights is null ? 1 : weights[_order[i]];
                up += weight * _labels[_order[i]];
                down += weight * (1 - _labels[_order[i]]);
            }
            wins += up * (negatives + down / 2);
            negatives += down;
            positives += up;
        }
        return positives == 0 || negatives == 0 ? double.NaN : wins / (positives * negatives);
    }

    /// <summary>Cross-entropy in nats.</summary>
    public double LogLoss(int[]? weights = null) => Mean(weights, i => -(_labels[i] * Math.Log(Math.Max(_chances[i], Least)) + (1 - _labels[i]) * Math.Log(Math.Max(1 - _chances[i], Least))));

    public double Brier(int[]? weights = null) => Mean(weights, i => (_chances[i] - _labels[i]) * (_chances[i] - _labels[i]));

    /// <summary>Expected calibration error over ten equally wide bins.</summary>
    /// <remarks>Guo et al., "On Calibration of Modern Neural Networks" (2017).</remarks>
    public double Ece(int[]? weights = null)
    {
        const int Bins = 10;
        var (sums, happened, rows) = (new double[Bins], new double[Bins], new double[Bins]);
        for (var i = 0; i < _labels.Length; i++)
        {
            var (bin, weight) = (Math.Min((int)(_chances[i] * Bins), Bins - 1), weights is null ? 1 : weights[i]);
            sums[bin] += weight * _chances[i];
            happened[bin] += weight * _labels[i];
            rows[bin] += weight;
        }
        return rows.Sum() == 0 ? double.NaN : Enumerable.Range(0, Bins).Sum(b => Math.Abs(sums[b] - happened[b])) / rows.Sum();
    }

    /// <summary>Equally many rows a bar, least likely first.</summary>
    public IReadOnlyList<CalibrationBin> Curve(int bins = 10) =>
        [.. Enumerable.Range(0, bins).Select(b => _order[(int)((long)_order.Length * b / bins)..(int)((long)_order.Length * (b + 1) / bins)]).Where(r => r.Length > 0)
            .Select(r => new CalibrationBin(r.Average(i => _chances[i]), r.Average(i => _labels[i]), r.Length))];

    /// <summary>The calibration error that chances without any fault show on so many rows, by chance alone.</summary>
    public double EceOfTruth(int seed, int draws = 50)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, draws).Average(_ => new ChanceMetrics(_chances, [.. _chances.Select(c => random.NextDouble() < c ? 1.0 : 0.0)]).Ece());
    }

    private double Mean(int[]? weights, Func<int, double> loss)
    {
        var (sum, rows) = (0.0, 0.0);
        for (var i = 0; i < _labels.Length; i++)
        {
            var weight = weights is null ? 1 : weights[i];
            if (weight == 0) continue;
            sum += weight * loss(i);
            rows += weight;
        }
        return rows == 0 ? double.NaN : sum / rows;
    }
}
