using System.Text.Json;
using System.Text.Json.Serialization;
using BehaviorDashboard.Statistics;

namespace BehaviorDashboard.Campaigns;

/// <summary>One figure of the written-to against the held-out.</summary>
/// <param name="Total">The difference a person times the people written to.</param>
public sealed record EffectFigure(double Treated, double Held, Interval Band, Verdict Verdict, double Explained, Interval Total);

/// <summary>What a campaign has done by an instant. Figures follow from the sums, so that an old look can be judged again.</summary>
/// <param name="Holdout">Share that was to be held out.</param>
/// <param name="Complete">Whether the window of everybody is over.</param>
public sealed record CampaignEffect(DateTimeOffset LookedAt, IReadOnlyList<ArmSums> Arms, TouchSums Touch, long Unsubscribed, long Complained, long Bounced, double Holdout, IReadOnlyDictionary<string, double> Shares, decimal CostPerMessage, bool Complete)
{
    /// <summary>A band without limits is kept as such.</summary>
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Stands in <see cref="Shares"/> for the versions together.</summary>
    internal const string AllVersions = "*";

    public ArmSums? HeldArm => Arms.FirstOrDefault(a => a.Arm == Assignment.Held);

    public IReadOnlyList<ArmSums> TreatedArms => [.. Arms.Where(a => a.Arm != Assignment.Held)];

    public long Treated => TreatedArms.Sum(a => a.People);

    public long Held => HeldArm?.People ?? 0;

    /// <summary>Share of the whole experiment's information: windows that have passed.</summary>
    public double Information => Arms.Sum(a => a.People) is var n and > 0 ? Arms.Sum(a => a.Elapsed) / n : 0;

    public SampleRatio Ratio => SampleRatio.Check([.. Shares.Keys.Select(k => k == AllVersions ? Treated : Arms.FirstOrDefault(a => a.Arm == k)?.People ?? 0)], [.. Shares.Values]);

    public EffectFigure? Conversion => Figure(a => new ArmMoments(a.People, a.Converted, a.Converted, a.Before, a.Before2, a.BeforeConverted));

    public EffectFigure? Revenue => Figure(a => new ArmMoments(a.People, a.Revenue, a.Revenue2, a.Before, a.Before2, a.BeforeRevenue));

    /// <summary>Revenue less the cost of the goods, per person; null where costs are not known.</summary>
    public EffectFigure? Margin => Arms.Any(a => a.Margin is null) ? null : Figure(a => new ArmMoments(a.People, a.Margin!.Value, a.Margin2 ?? 0, a.Before, a.Before2, a.BeforeMargin ?? 0));

    /// <summary>Share of the units ordered whose cost is known.</summary>
    public double? CostKnown => Arms.Sum(a => a.Units) is var units and > 0 ? 1 - Arms.Sum(a => a.UncostedUnits) / units : null;

    /// <summary>Value of an order, per person who ordered.</summary>
    public EffectFigure? OrderValue => Figure(a => new ArmMoments(a.Converted, a.Revenue, a.Revenue2), a => a.Converted);

    /// <summary>Each version against the held-out, for conversions.</summary>
    public IReadOnlyList<(ArmSums Arm, EffectFigure? Conversion, EffectFigure? Revenue)> Versions =>
        [.. TreatedArms.Select(a => (a, Figure(x => new ArmMoments(x.People, x.Converted, x.Converted, x.Before, x.Before2, x.BeforeConverted), null, [a]), Figure(x => new ArmMoments(x.People, x.Revenue, x.Revenue2, x.Before, x.Before2, x.BeforeRevenue), null, [a])))];

    public decimal Cost => CostPerMessage * Touch.Sent;

    /// <summary>Extra revenue for each unit of money spent (iROAS); null where nothing was spent.</summary>
    public Interval? ReturnOnSpend => PerCost(Revenue?.Total);

    /// <summary>Revenue after a click for each unit of money spent: what last touch would claim (ROAS).</summary>
    public double? AttributedReturn => Cost > 0 ? Touch.Attributed / (double)Cost : null;

    /// <summary>Extra margin less cost, for each unit of money spent (ROI); null where nothing was spent or costs of goods are not known.</summary>
    public Interval? Roi => PerCost(Margin?.Total) is { } r ? new Interval(r.Value - 1, r.Low - 1, r.High - 1) : null;

    /// <summary>Extra margin less what the messages cost.</summary>
    public Interval? Profit => Margin?.Total is { } m ? new Interval(m.Value - (double)Cost, m.Low - (double)Cost, m.High - (double)Cost) : null;

    public double? UnsubscribeRate => Touch.Sent > 0 ? (double)Unsubscribed / Touch.Sent : null;

    public double? ComplaintRate => Touch.Sent > 0 ? (double)Complained / Touch.Sent : null;

    public string ToJson() => JsonSerializer.Serialize(this with { }, Json);

    public static CampaignEffect Parse(string json) => JsonSerializer.Deserialize<CampaignEffect>(json, Json)!;

    /// <summary>Whether the same figures were seen: a look that tells nothing new is not kept.</summary>
    public bool Tells(CampaignEffect? before) => before is null || !Arms.Select(a => a with { Elapsed = 0 }).SequenceEqual(before.Arms.Select(a => a with { Elapsed = 0 })) || Touch != before.Touch
        || (Unsubscribed, Complained, Bounced) != (before.Unsubscribed, before.Complained, before.Bounced) || Complete != before.Complete;

    private Interval? PerCost(Interval? total) => Cost > 0 && total is { } t ? new Interval(t.Value / (double)Cost, t.Low / (double)Cost, t.High / (double)Cost) : null;

    private EffectFigure? Figure(Func<ArmSums, ArmMoments> moments, Func<ArmSums, long>? seen = null, IReadOnlyList<ArmSums>? treated = null)
    {
        treated ??= TreatedArms;
        if (HeldArm is not { } held || treated.Count == 0) return null;
        var all = treated.Select(moments).Aggregate((a, b) => a + b);
        var difference = MeanDifference.Of(all, moments(held));
        if (!double.IsFinite(difference.Effect)) return null;
        var outcomes = Math.Min(treated.Sum(a => a.Converted), held.Converted);
        // A limit theorem says nothing of a handful of outcomes: no band is honest then.
        var band = outcomes < ConfidenceSequence.LeastOutcomes ? new Interval(difference.Effect, double.NegativeInfinity, double.PositiveInfinity) : ConfidenceSequence.Band(difference, Information);
        var people = seen is null ? treated.Sum(a => a.People) : treated.Sum(seen);
        return new EffectFigure(all.Mean, moments(held).Mean, band, Ratio.IsWrong ? Verdict.TooEarly : ConfidenceSequence.Judge(band, outcomes), difference.Explained, new Interval(band.Value * people, band.Low * people, band.High * people));
    }
}
