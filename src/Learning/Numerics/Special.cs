namespace BehaviorDashboard.Learning;

/// <summary>Functions of mathematical physics that .NET lacks.</summary>
public static class Special
{
    private static readonly double[] Lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>Logarithm of the gamma function for positive arguments, to about 14 digits.</summary>
    /// <remarks>Lanczos (1964), g = 7.</remarks>
    public static double LogGamma(double x)
    {
        if (x < 0.5) return Math.Log(Math.PI / Math.Abs(Math.Sin(Math.PI * x))) - LogGamma(1 - x);
        x -= 1;
        var sum = Lanczos[0];
        for (var i = 1; i < Lanczos.Length; i++) sum += Lanczos[i] / (x + i);
        var t = x + 7.5;
        return 0.5 * Math.Log(2 * Math.PI) + (x + 0.5) * Math.Log(t) - t + Math.Log(sum);
    }

    public static double LogBeta(double a, double b) => LogGamma(a) + LogGamma(b) - LogGamma(a + b);

    /// <summary>Gauss's hypergeometric function for 0 ≤ z &lt; 1, by its series.</summary>
    public static double Hypergeometric(double a, double b, double c, double z)
    {
        var (sum, term) = (1.0, 1.0);
        for (var k = 0; k < 200_000; k++)
        {
            term *= (a + k) * (b + k) / ((c + k) * (k + 1)) * z;
            sum += term;
            if (Math.Abs(term) < 1e-13 * Math.Abs(sum)) break;
        }
        return sum;
    }

    /// <summary>Lower regularised incomplete gamma function: the gamma distribution's share below x for shape a and scale 1.</summary>
    /// <remarks>Series and continued fraction; Press et al., "Numerical Recipes" (2007), 6.2.</remarks>
    public static double GammaShare(double a, double x)
    {
        if (x <= 0) return 0;
        var front = Math.Exp(a * Math.Log(x) - x - LogGamma(a));
        if (x < a + 1)
        {
            var (sum, term) = (1 / a, 1 / a);
            for (var k = 1; k < 10_000 && term > 1e-15 * sum; k++) sum += term *= x / (a + k);
            return front * sum;
        }
        var (b, d) = (x + 1 - a, 1 / (x + 1 - a));
        var (c, h) = (1e300, d);
        for (var k = 1; k < 10_000; k++)
        {
            var an = -k * (k - a);
            b += 2;
            d = 1 / Nonzero(an * d + b);
            c = Nonzero(b + an / c);
            h *= d * c;
            if (Math.Abs(d * c - 1) < 1e-15) break;
        }
        return 1 - front * h;

        static double Nonzero(double v) => Math.Abs(v) < 1e-300 ? 1e-300 : v;
    }

    /// <summary>Below which value the share q of a gamma distribution lies (shape a, scale 1).</summary>
    public static double GammaQuantile(double a, double q)
    {
        if (q <= 0) return 0;
        var (low, high) = (0.0, Math.Max(1, a));
        while (GammaShare(a, high) < q && high < 1e12) high *= 2;
        for (var i = 0; i < 100 && high - low > 1e-10 * high; i++)
        {
            var middle = (low + high) / 2;
            if (GammaShare(a, middle) < q) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }
}
