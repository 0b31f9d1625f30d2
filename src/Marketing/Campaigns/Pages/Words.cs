using BehaviorDashboard.Statistics;

namespace BehaviorDashboard.Campaigns.Pages;

/// <summary>Keys of words that several pages need.</summary>
internal static class Words
{
    /// <summary>early, works, hurts; unknown where there is nobody to compare with.</summary>
    public static string Of(EffectFigure? figure) => figure is null ? "unknown" : Of(figure.Verdict);

    public static string Of(Verdict verdict) => verdict switch { Verdict.Works => "works", Verdict.Hurts => "hurts", _ => "early" };
}
