using BehaviorDashboard.Reviews.Ml;

namespace BehaviorDashboard.Reviews;

/// <summary>Tells whether two reviews are nearly the same words: shared runs of characters over all runs of both (Broder 1997).</summary>
internal static class Likeness
{
    private const double Alike = 0.7;
    private const int Run = 5;
    private const int RunChinese = 3;

    /// <summary>Shorter texts are said by many ("good, fast delivery") and prove nothing.</summary>
    private const int Fewest = 30;

    /// <returns>Hashes of the runs; null for a text too short to compare.</returns>
    public static HashSet<ulong>? Runs(string text, string? language)
    {
        var plain = new string([.. text.Where(char.IsLetterOrDigit)]).ToLowerInvariant();
        var run = language == TextLanguage.Chinese ? RunChinese : Run;
        if (plain.Length < (language == TextLanguage.Chinese ? Fewest / 2 : Fewest)) return null;
        return [.. Enumerable.Range(0, plain.Length - run + 1).Select(i => TextPieces.Key(plain.AsSpan(i, run), 7))];
    }

    public static bool Same(HashSet<ulong> one, HashSet<ulong> other)
    {
        if (Math.Min(one.Count, other.Count) < Alike * Math.Max(one.Count, other.Count)) return false;
        var shared = one.Count(other.Contains);
        return shared >= Alike * (one.Count + other.Count - shared);
    }
}
