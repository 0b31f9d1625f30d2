namespace BehaviorDashboard.Learning;

/// <summary>How good foretold figures are. Weights as in <see cref="ChanceMetrics"/>.</summary>
public static class FigureMetrics
{
    /// <summary>Mean squared error.</summary>
    public static double Mse(IReadOnlyList<double> foretold, IReadOnlyList<double> happened, int[]? weights = null)
    {
        var (sum, rows) = (0.0, 0.0);
        for (var i = 0; i < happened.Count; i++)
        {
            var weight = weights is null ? 1 : weights[i];
            sum += weight * (foretold[i] - happened[i]) * (foretold[i] - happened[i]);
            rows += weight;
        }
        return sum / rows;
    }

    public static double Rmse(IReadOnlyList<double> foretold, IReadOnlyList<double> happened, int[]? weights = null) => Math.Sqrt(Mse(foretold, happened, weights));

    /// <summary>Share of the variance that is explained; 0 is as good as always saying the mean, less is worse.</summary>
    public static double R2(IReadOnlyList<double> foretold, IReadOnlyList<double> happened, int[]? weights = null)
    {
        var (sum, rows) = (0.0, 0.0);
        for (var i = 0; i < happened.Count; i++)
        {
            sum += (weights is null ? 1 : weights[i]) * happened[i];
            rows += weights is null ? 1 : weights[i];
        }
        var mean = sum / rows;
        var spread = Mse([.. happened.Select(_ => mean)], happened, weights);
        return spread == 0 ? double.NaN : 1 - Mse(foretold, happened, weights) / spread;
    }

    /// <summary>Pearson's correlation.</summary>
    public static double Correlation(IReadOnlyList<double> one, IReadOnlyList<double> other)
    {
        if (one.Count < 2) return double.NaN;
        var (a, b) = (one.Average(), other.Average());
        var (ab, aa, bb) = (0.0, 0.0, 0.0);
        for (var i = 0; i < one.Count; i++)
        {
            ab += (one[i] - a) * (other[i] - b);
            aa += (one[i] - a) * (one[i] - a);
            bb += (other[i] - b) * (other[i] - b);
        }
        return aa == 0 || bb == 0 ? double.NaN : ab / Math.Sqrt(aa * bb);
    }
}
