namespace BehaviorDashboard.Segments;

/// <summary>How a line of a rule differs between two versions.</summary>
public enum LineChange { Same, Added, Removed, Changed }

/// <summary>A line of a rule written one condition a line: a condition, or the heading of a group.</summary>
/// <param name="Rule">The condition, or the group whose conditions follow one deeper.</param>
public sealed record RuleLine(int Depth, Rule Rule, bool Negated)
{
    public bool IsGroup => Rule is AllOf or AnyOf;

    /// <summary>Equal for equal lines: of a group only how it joins.</summary>
    internal string Key => $"{Depth} {Negated} {(IsGroup ? Rule.GetType().Name : RuleJson.Write(Rule))}";

    /// <summary>Lines of one subject are one line that changed, not one that went and one that came.</summary>
    internal string Subject => $"{Depth} " + Rule switch
    {
        FeatureRule feature => "feature " + feature.Feature,
        TraitRule trait => "trait " + trait.Trait,
        DidRule did => "did " + did.Event,
        SequenceRule sequence => "sequence " + sequence.First.Event,
        FavouriteRule favourite => "favourite " + favourite.Event,
        GroupRule group => "group " + group.Grouping,
        AllOf or AnyOf => "joined",
        _ => Rule.GetType().Name,
    };
}

/// <param name="Before">Null where the line came.</param>
/// <param name="After">Null where the line went.</param>
public sealed record RuleDifference(LineChange Change, RuleLine? Before, RuleLine? After)
{
    public int Depth => (After ?? Before)!.Depth;
}

/// <summary>Two versions of a rule, line by line.</summary>
public static class RuleDiff
{
    public static IReadOnlyList<RuleDifference> Between(Rule before, Rule after)
    {
        var (old, now) = (Lines(before, after).ToList(), Lines(after, before).ToList());
        var common = Common(old, now);
        var found = new List<RuleDifference>();
        int i = 0, j = 0;
        foreach (var (a, b) in common.Append((old.Count, now.Count)))
        {
            Between(old[i..a], now[j..b], found);
            if (a < old.Count) found.Add(new RuleDifference(LineChange.Same, old[a], now[b]));
            (i, j) = (a + 1, b + 1);
        }
        return found;
    }

    /// <summary>The lines of a rule beside another: one condition alone gets the heading of the group it is compared with, so that it stands where its like stands there.</summary>
    internal static IEnumerable<RuleLine> Lines(Rule rule, Rule beside)
    {
        var (alone, group) = (Lines(rule).First(), Lines(beside).First());
        return alone.IsGroup || !group.IsGroup || group.Negated ? Lines(rule) : Lines(rule, 1).Prepend(new RuleLine(0, group.Rule is AllOf ? new AllOf([rule]) : new AnyOf([rule]), false));
    }

    public static IEnumerable<RuleLine> Lines(Rule rule, int depth = 0, bool negated = false) => rule switch
    {
        Not not => Lines(not.Rule, depth, !negated),
        // One condition alone needs no heading.
        AllOf { Rules: [var only] } => Lines(only, depth, negated),
        AnyOf { Rules: [var only] } => Lines(only, depth, negated),
        AllOf or AnyOf => rule.Children.SelectMany(r => Lines(r, depth + 1)).Prepend(new RuleLine(depth, rule, negated)),
        _ => [new RuleLine(depth, rule, negated)],
    };

    /// <summary>Between two lines that are the same: what went and what came, where the subject is one, as a change.</summary>
    private static void Between(List<RuleLine> gone, List<RuleLine> come, List<RuleDifference> found)
    {
        foreach (var line in gone)
        {
            var to = come.FindIndex(l => l.Subject == line.Subject);
            if (to < 0)
            {
                found.Add(new RuleDifference(LineChange.Removed, line, null));
                continue;
            }
            found.AddRange(come[..to].Select(l => new RuleDifference(LineChange.Added, null, l)));
            found.Add(new RuleDifference(LineChange.Changed, line, come[to]));
            come.RemoveRange(0, to + 1);
        }
        found.AddRange(come.Select(l => new RuleDifference(LineChange.Added, null, l)));
    }

    /// <summary>The longest common subsequence.</summary>
    private static List<(int, int)> Common(List<RuleLine> a, List<RuleLine> b)
    {
        var (old, now) = (a.ConvertAll(l => l.Key), b.ConvertAll(l => l.Key));
        var length = new int[a.Count + 1, b.Count + 1];
        for (var i = a.Count - 1; i >= 0; i--)
            for (var j = b.Count - 1; j >= 0; j--)
                length[i, j] = old[i] == now[j] ? length[i + 1, j + 1] + 1 : Math.Max(length[i + 1, j], length[i, j + 1]);
        var pairs = new List<(int, int)>();
        for (int i = 0, j = 0; i < a.Count && j < b.Count;)
        {
            if (old[i] == now[j]) pairs.Add((i++, j++));
            else if (length[i + 1, j] >= length[i, j + 1]) i++;
            else j++;
        }
        return pairs;
    }
}
