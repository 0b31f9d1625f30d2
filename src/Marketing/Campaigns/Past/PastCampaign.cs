using System.Data.Common;
using System.Globalization;
using BehaviorDashboard.Statistics;

namespace BehaviorDashboard.Campaigns;

/// <summary>Which columns of a table mean what.</summary>
/// <param name="Control">Value of the arm column that got nothing; null: found by its name, or the smallest arm where two remain.</param>
/// <param name="Truth">Column with the true effect of each person, for evaluations.</param>
public sealed record PastColumns(string Arm, IReadOnlyList<string> Outcomes, string? Truth = null, string? Control = null, IReadOnlyList<string>? Ignore = null);

/// <summary>A table cannot be read as an experiment, and why.</summary>
public sealed class PastCampaignException(string reason) : Exception(reason);

/// <summary>One outcome of one arm against the control.</summary>
/// <param name="Interval">For a single look planned beforehand.</param>
/// <param name="Band">Valid at every look.</param>
/// <param name="AdjustedP">After Benjamini and Hochberg over all comparisons.</param>
public sealed record Comparison(string Arm, string Outcome, ArmMoments Treated, ArmMoments Held, MeanDifference Difference, Interval Interval, Interval Band, Verdict Verdict, double AdjustedP);

/// <summary>A past randomised campaign as it stands in a file: arms, outcomes, and what was known before.</summary>
public sealed class PastCampaign
{
    private static readonly string[] ControlNames = ["control", "holdout", "held", "held out", "held-out", "none", "no e-mail", "no email", "placebo", "0", "false", "c", "对照", "对照组"];

    private readonly List<int> _arm = [];
    private readonly List<double>[] _outcomes;

    private PastCampaign(IReadOnlyList<string> outcomes) => (Outcomes, _outcomes) = (outcomes, [.. outcomes.Select(_ => new List<double>())]);

    /// <summary>Control first.</summary>
    public IReadOnlyList<string> Arms { get; private set; } = [];

    public IReadOnlyList<string> Outcomes { get; }

    public IReadOnlyList<string> Features { get; private set; } = [];

    public IReadOnlyList<double>? Truth { get; private set; }

    public int Count => _arm.Count;

    private List<double[]> Rows { get; } = [];

    /// <exception cref="PastCampaignException">With line, column and what to do.</exception>
    public static PastCampaign Read(DbDataReader csv, PastColumns columns, int most = 5_000_000)
    {
        var names = Enumerable.Range(0, csv.FieldCount).Select(csv.GetName).ToList();
        int Find(string name) => names.IndexOf(name) is var at and >= 0 ? at : throw new PastCampaignException($"There is no column {name}; there are {string.Join(", ", names)}.");
        var (armAt, outcomesAt) = (Find(columns.Arm), columns.Outcomes.Select(Find).ToList());
        var truthAt = columns.Truth is { } t ? Find(t) : -1;
        foreach (var ignored in columns.Ignore ?? []) Find(ignored);
        var others = Enumerable.Range(0, names.Count).Where(i => i != armAt && i != truthAt && !outcomesAt.Contains(i) && columns.Ignore?.Contains(names[i]) != true).ToList();
        var past = new PastCampaign(columns.Outcomes);
        var (values, texts, truth) = (new List<string>(), new List<string[]>(), truthAt < 0 ? null : new List<double>());
        for (var line = 2; csv.Read(); line++)
        {
            if (values.Count == most) throw new PastCampaignException($"More than {most:N0} rows; give a sample of them.");
            var arm = csv.GetString(armAt).Trim();
            if (arm.Length == 0) throw new PastCampaignException($"Line {line}: {columns.Arm} is empty. Every row needs its arm.");
            values.Add(arm);
            for (var o = 0; o < outcomesAt.Count; o++) past._outcomes[o].Add(Outcome(csv.GetString(outcomesAt[o]).Trim(), line, columns.Outcomes[o]));
            truth?.Add(Outcome(csv.GetString(truthAt).Trim(), line, columns.Truth!));
            texts.Add([.. others.Select(i => csv.GetString(i).Trim())]);
        }
        if (values.Count == 0) throw new PastCampaignException("The file has no rows.");
        past.Truth = truth;
        past.SetArms(values, columns.Control);
        past.SetFeatures([.. others.Select(i => names[i])], texts);
        return past;
    }

    /// <summary>Whether the arms have the sizes they were meant to have.</summary>
    /// <param name="shares">In the order of <see cref="Arms"/>; null: the same for all.</param>
    public SampleRatio Ratio(IReadOnlyList<double>? shares = null) =>
        SampleRatio.Check([.. Arms.Select((_, a) => (long)_arm.Count(x => x == a))], shares ?? [.. Arms.Select(_ => 1.0)]);

    /// <summary>Every arm against the control in every outcome.</summary>
    public IReadOnlyList<Comparison> Compare()
    {
        var all = new List<Comparison>();
        for (var o = 0; o < Outcomes.Count; o++)
        {
            var arms = Arms.Select((_, a) => ArmMoments.Of(Enumerable.Range(0, Count).Where(i => _arm[i] == a).Select(i => _outcomes[o][i]))).ToList();
            var isShare = _outcomes[o].All(y => y is 0 or 1);
            for (var a = 1; a < arms.Count; a++)
            {
                var (treated, held) = (arms[a], arms[0]);
                var difference = MeanDifference.Of(treated, held);
                var half = 1.959964 * difference.StandardError;
                var interval = isShare ? Proportions.Newcombe((long)treated.Y, treated.Count, (long)held.Y, held.Count) : new Interval(difference.Effect, difference.Effect - half, difference.Effect + half);
                var band = ConfidenceSequence.Band(difference, 1);
                var seen = Math.Min(_outcomes[o].Where((y, i) => y != 0 && _arm[i] == a).Count(), _outcomes[o].Where((y, i) => y != 0 && _arm[i] == 0).Count());
                all.Add(new Comparison(Arms[a], Outcomes[o], treated, held, difference, interval, band, ConfidenceSequence.Judge(band, seen), difference.P));
            }
        }
        var adjusted = FalseDiscovery.Adjust([.. all.Select(c => double.IsNaN(c.AdjustedP) ? 1 : c.AdjustedP)]);
        return [.. all.Select((c, i) => c with { AdjustedP = adjusted[i] })];
    }

    /// <summary>For learning: whoever got anything against the control.</summary>
    public UpliftTable Table(int outcome) => new(Features, Rows, [.. _arm.Select(a => a > 0)], _outcomes[outcome]);

    private static double Outcome(string text, int line, string column) => text.ToLowerInvariant() switch
    {
        "" => throw new PastCampaignException($"Line {line}: {column} is empty. Write 0 where nothing happened."),
        "true" or "yes" or "y" or "t" => 1,
        "false" or "no" or "n" or "f" => 0,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value
            : throw new PastCampaignException($"Line {line}: {column} is “{(text.Length > 40 ? text[..40] : text)}”, which is not a number. Use 0 and 1, or an amount with a decimal point."),
    };

    private void SetArms(List<string> values, string? control)
    {
        var counts = values.GroupBy(v => v).ToDictionary(g => g.Key, g => g.Count());
        if (counts.Count < 2) throw new PastCampaignException($"All rows are of one arm ({values[0]}): there is nothing to compare with.");
        if (counts.Count > 20) throw new PastCampaignException($"The arm column has {counts.Count} different values; an experiment has 2 to 20. Is it the right column?");
        var held = control is not null ? counts.Keys.FirstOrDefault(v => v == control) ?? throw new PastCampaignException($"No row is of the arm {control}; there are {string.Join(", ", counts.Keys)}.")
            : counts.Keys.Where(v => ControlNames.Contains(v.ToLowerInvariant())).OrderBy(v => Array.IndexOf(ControlNames, v.ToLowerInvariant())).FirstOrDefault()
            ?? (counts.Count == 2 ? counts.MinBy(c => c.Value).Key : throw new PastCampaignException($"Name the arm that got nothing: {string.Join(", ", counts.Keys)}."));
        Arms = [held, .. counts.Keys.Where(v => v != held).Order(StringComparer.Ordinal)];
        var index = Arms.Select((a, i) => (a, i)).ToDictionary(x => x.a, x => x.i);
        _arm.AddRange(values.Select(v => index[v]));
    }

    /// <summary>Numbers stay; words with few values become one column each; identifiers and free text are left out.</summary>
    private void SetFeatures(IReadOnlyList<string> names, List<string[]> texts)
    {
        const int MostWords = 20;
        var (columns, kept) = (new List<Func<string[], double>>(), new List<string>());
        for (var f = 0; f < names.Count; f++)
        {
            var at = f;
            var words = texts.Select(r => r[at]).Where(v => v.Length > 0).Distinct().Take(1_000).ToList();
            if (words.Count < 2) continue;
            if (words.All(w => IsNumber(w, out _)))
            {
                if (texts.All(r => r[at].Length == 0 || IsNumber(r[at], out _)) && !IsIdentifier(names[at], texts.Count, texts.Select(r => r[at])))
                {
                    columns.Add(r => IsNumber(r[at], out var v) ? v : double.NaN);
                    kept.Add(names[at]);
                }
                continue;
            }
            if (words.Count > MostWords) continue;
            foreach (var word in words.Order(StringComparer.Ordinal).Skip(words.Count == 2 ? 1 : 0))
            {
                columns.Add(r => r[at] == word ? 1 : 0);
                kept.Add($"{names[at]}={word}");
            }
        }
        Features = kept;
        Rows.AddRange(texts.Select(r => columns.Select(c => c(r)).ToArray()));
    }

    private static bool IsIdentifier(string name, int rows, IEnumerable<string> values) =>
        (name.Equals("id", StringComparison.OrdinalIgnoreCase) || name.EndsWith("_id", StringComparison.OrdinalIgnoreCase)) && values.Distinct().Count() > rows * 0.9;

    private static bool IsNumber(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
