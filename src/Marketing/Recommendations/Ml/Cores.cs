namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>How many cores a loop may take: all of them, or the present thread alone where the live system must not feel it.</summary>
internal static class Cores
{
    [ThreadStatic]
    private static bool alone;

    public static ParallelOptions Options => new() { MaxDegreeOfParallelism = alone ? 1 : -1 };

    /// <summary>Runs work whose loops stay on this thread.</summary>
    public static T Alone<T>(Func<T> work)
    {
        alone = true;
        try
        {
            return work();
        }
        finally
        {
            alone = false;
        }
    }
}
