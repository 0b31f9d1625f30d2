namespace BehaviorDashboard.Statistics;

/// <summary>The standard normal and the gamma functions the tests of this folder stand on.</summary>
public static class Gauss
{
    /// <summary>P(Z ≤ z), to about 1e-15 relative: erfc by its continued fraction in the tails, by its series in the middle (Abramowitz and Stegun 7.1).</summary>
    public static double Cdf(double z)
    {
        if (double.IsNaN(z)) return double.NaN;
        var tail = 0.5 * GammaUpper(0.5, z * z / 2);
        return z <= 0 ? tail : 1 - tail;
    }

    /// <summary>The z with P(Z ≤ z) = p. Acklam's rational start (relative error 1e-9), then one step of Halley.</summary>
    /// <exception cref="ArgumentOutOfRangeException">p is not between 0 and 1.</exception>
    public static double Quantile(double p)
    {
        if (p is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(p), p, "A probability between 0 and 1, both excluded.");
        var z = Start(p);
        var error = (Cdf(z) - p) * Math.Sqrt(2 * Math.PI) * Math.Exp(z * z / 2);
        return double.IsFinite(error) ? z - error / (1 + z * error / 2) : z;
    }

    /// <summary>P(X > x) of the chi-square distribution.</summary>
    public static double ChiSquareTail(double x, int degrees) => x <= 0 ? 1 : GammaUpper(degrees / 2.0, x / 2);

    private static double Start(double p)
    {
        const double Low = 0.02425;
        if (p < Low) return Tail(Math.Sqrt(-2 * Math.Log(p)));
        if (p > 1 - Low) return -Tail(Math.Sqrt(-2 * Math.Log(1 - p)));
        var q = p - 0.5;
        var r = q * q;
        return q * (((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.3577518672690) * r - 30.66479806614716) * r + 2.506628277459239)
            / (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r - 13.28068155288572) * r + 1);

        static double Tail(double q) =>
            (((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783)
            / ((((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);
    }

    /// <summary>Regularised upper incomplete gamma Q(a, x): the series below a + 1, Lentz's continued fraction above (Numerical Recipes 6.2).</summary>
    private static double GammaUpper(double a, double x)
    {
        if (x <= 0) return 1;
        var scale = Math.Exp(-x + a * Math.Log(x) - LogGamma(a));
        if (x < a + 1)
        {
            var (sum, term) = (1 / a, 1 / a);
            for (var n = 1; n < 1_000 && Math.Abs(term) > Math.Abs(sum) * 1e-17; n++) sum += term *= x / (a + n);
            return Math.Max(0, 1 - sum * scale);
        }
        var b = x + 1 - a;
        var (c, d) = (1e300, 1 / b);
        var h = d;
        for (var i = 1; i < 1_000; i++)
        {
            var an = -i * (i - a);
            b += 2;
            d = 1 / (an * d + b);
            c = b + an / c;
            var step = d * c;
            h *= step;
            if (Math.Abs(step - 1) < 1e-16) break;
        }
        return scale * h;
    }

    /// <summary>Lanczos, g = 7.</summary>
    private static double LogGamma(double x)
    {
        double[] c = [0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];
        if (x < 0.5) return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        var sum = c[0];
        for (var i = 1; i < 9; i++) sum += c[i] / (x - 1 + i);
        var t = x + 6.5;
        return 0.5 * Math.Log(2 * Math.PI) + (x - 0.5) * Math.Log(t) - t + Math.Log(sum);
    }
}
