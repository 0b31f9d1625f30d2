namespace BehaviorDashboard.Statistics;

/// <summary>One person of an experiment as a ranking is judged by it.</summary>
/// <param name="Score">Predicted effect; larger is treated first.</param>
public readonly record struct UpliftRow(double Score, bool Treated, double Outcome);

/// <summary>What the best-ranked part of the people would have brought.</summary>
/// <param name="Share">Share of the people treated.</param>
/// <param name="Gain">Extra outcomes a person of everybody.</param>
public readonly record struct UpliftPoint(double Share, double Gain);

/// <summary>Effect measured within a tenth of the ranking.</summary>
public readonly record struct UpliftDecile(int Number, long Treated, long Held, double TreatedMean, double HeldMean, Interval Effect);

/// <summary>How well a ranking by predicted effect finds those whom treatment moves.</summary>
public sealed record UpliftCurve(IReadOnlyList<UpliftPoint> Points, double Qini, double Auuc)
{
    private const int Steps = 100;

    /// <summary>
    /// Qini curve: extra outcomes among the first of the ranking, held-out outcomes scaled to as many treated (Radcliffe
    /// 2007). <see cref="Auuc"/> is the area under it, <see cref="Qini"/> the area between it and random order. Rows of equal
    /// score count as one step, so their order cannot flatter.
    /// </summary>
    public static UpliftCurve Of(IReadOnlyList<UpliftRow> rows)
    {
        var order = rows.OrderByDescending(r => r.Score).ToList();
        var (treated, held, yTreated, yHeld) = (0L, 0L, 0.0, 0.0);
        var points = new List<UpliftPoint> { new(0, 0) };
        for (var i = 0; i < order.Count; i++)
        {
            if (order[i].Treated) (treated, yTreated) = (treated + 1, yTreated + order[i].Outcome);
            else (held, yHeld) = (held + 1, yHeld + order[i].Outcome);
            if (i + 1 < order.Count && order[i + 1].Score == order[i].Score) continue;
            var gain = treated == 0 || held == 0 ? 0 : (yTreated / treated - yHeld / held) * (i + 1) / order.Count;
            points.Add(new UpliftPoint((i + 1.0) / order.Count, gain));
        }
        return Measure(points);
    }

    /// <summary>The same where each person's true effect is known: no noise of outcomes is left.</summary>
    public static UpliftCurve OfTruth(IReadOnlyList<double> scores, IReadOnlyList<double> effects)
    {
        var order = Enumerable.Range(0, scores.Count).OrderByDescending(i => scores[i]).ToList();
        var points = new List<UpliftPoint> { new(0, 0) };
        var sum = 0.0;
        for (var i = 0; i < order.Count; i++)
        {
            sum += effects[order[i]];
            if (i + 1 < order.Count && scores[order[i + 1]] == scores[order[i]]) continue;
            points.Add(new UpliftPoint((i + 1.0) / order.Count, sum / order.Count));
        }
        return Measure(points);
    }

    /// <summary>
    /// By how much the Qini of one ranking is above another's over the same people, with the standard error of that difference.
    /// A Qini is a mean of effects weighted by rank, so the difference is a mean as well.
    /// </summary>
    public static (double Difference, double StandardError) Compare(IReadOnlyList<double> scores, IReadOnlyList<double> others, IReadOnlyList<double> effects)
    {
        var (mine, theirs) = (Weights(scores), Weights(others));
        var parts = effects.Select((e, i) => e * (mine[i] - theirs[i])).ToList();
        var mean = parts.DefaultIfEmpty(0).Average();
        return (mean, parts.Count < 2 ? double.PositiveInfinity : Math.Sqrt(parts.Sum(p => (p - mean) * (p - mean)) / (parts.Count - 1) / parts.Count));
    }

    /// <summary>What each person's effect counts in the Qini: from a half for the first of the ranking to less a half for the last; the same within a tie.</summary>
    private static double[] Weights(IReadOnlyList<double> scores)
    {
        var order = Enumerable.Range(0, scores.Count).OrderByDescending(i => scores[i]).ToList();
        var weights = new double[scores.Count];
        for (var i = 0; i < order.Count;)
        {
            var end = i + 1;
            while (end < order.Count && scores[order[end]] == scores[order[i]]) end++;
            for (var j = i; j < end; j++) weights[order[j]] = 0.5 - (i + end) / 2.0 / order.Count;
            i = end;
        }
        return weights;
    }

    /// <summary>The effect in each tenth of the ranking, best first, with Welch bands of 95 %.</summary>
    public static IReadOnlyList<UpliftDecile> Deciles(IReadOnlyList<UpliftRow> rows, int parts = 10)
    {
        var order = rows.OrderByDescending(r => r.Score).ToList();
        return [.. Enumerable.Range(0, Math.Min(parts, order.Count)).Select(d =>
        {
            var part = order[(int)((long)order.Count * d / parts)..(int)((long)order.Count * (d + 1) / parts)];
            var (t, h) = (ArmMoments.Of(part.Where(r => r.Treated).Select(r => r.Outcome)), ArmMoments.Of(part.Where(r => !r.Treated).Select(r => r.Outcome)));
            var difference = MeanDifference.Of(t, h);
            var half = 1.959964 * difference.StandardError;
            return new UpliftDecile(d + 1, t.Count, h.Count, t.Mean, h.Mean, new Interval(difference.Effect, difference.Effect - half, difference.Effect + half));
        })];
    }

    private static UpliftCurve Measure(List<UpliftPoint> points)
    {
        var area = 0.0;
        for (var i = 1; i < points.Count; i++) area += (points[i].Share - points[i - 1].Share) * (points[i].Gain + points[i - 1].Gain) / 2;
        var thin = points.Count <= Steps ? points : [.. Enumerable.Range(0, Steps + 1).Select(s => points[(int)((long)(points.Count - 1) * s / Steps)])];
        return new UpliftCurve(thin, area - points[^1].Gain / 2, area);
    }
}
