namespace BehaviorDashboard.DemoShop;

/// <summary>What a stream of random numbers is for: streams never share numbers, so changing one leaves the others as they were.</summary>
internal enum Stream
{
    Catalogue = 1,
    Person,
    Arrivals,
    Visits,
    PassersBy,
    Supply,
    Campaign,
    Incident,
    Live,
    Archetype,
    Aftermath,
    Recommended,
}

/// <summary>
/// Counter-based random numbers (SplitMix64): the numbers of one person on one day follow from the seed and those two
/// alone, whatever was drawn before.
/// </summary>
internal struct DemoRandom(ulong seed, Stream stream, long first = 0, long second = 0)
{
    private ulong _state = Mix(Mix(Mix(Mix(seed) + (ulong)stream) + (ulong)first) ^ (ulong)second);

    public ulong NextUInt64()
    {
        _state += 0x9E3779B97F4A7C15UL;
        return Mix(_state);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Next() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform whole number in [0, <paramref name="below"/>).</summary>
    public int Next(int below) => (int)(Next() * below);

    public double Between(double low, double high) => low + Next() * (high - low);

    public bool Chance(double probability) => Next() < probability;

    public T Pick<T>(IReadOnlyList<T> from) => from[Next(from.Count)];

    public double Normal()
    {
        var u = 1.0 - Next();
        return Math.Sqrt(-2.0 * Math.Log(u)) * Math.Cos(2.0 * Math.PI * Next());
    }

    /// <summary>Log-normal with mean one.</summary>
    public double LogNormal(double sigma) => Math.Exp(sigma * Normal() - sigma * sigma / 2);

    public double Exponential(double mean) => -mean * Math.Log(1.0 - Next());

    public int Poisson(double mean)
    {
        if (mean <= 0) return 0;
        if (mean > 40) return Math.Max(0, (int)Math.Round(mean + Math.Sqrt(mean) * Normal()));
        var limit = Math.Exp(-mean);
        var product = Next();
        var count = 0;
        while (product > limit)
        {
            product *= Next();
            count++;
        }
        return count;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
