namespace BehaviorDashboard.Features;

/// <summary>
/// Upward seam: a slice that knows figures of people which their running rows do not hold, such as predictions, offers them to
/// conditions of segments. Register as <c>IFigureSource</c>; builder, sentence, SQL, membership and "why" take it from there.
/// </summary>
public interface IFigureSource
{
    /// <summary>The figures as they stand; null where there are none yet (conditions then find them unknown for everybody). Asked every few seconds: answer from memory.</summary>
    Task<FigureSet?> CurrentAsync(CancellationToken cancel);

    /// <summary>What made a person's figure what it is, strongest first, each a short sentence in the reader's language.</summary>
    Task<IReadOnlyList<string>> DriversAsync(string figure, string person, CancellationToken cancel) => Task.FromResult<IReadOnlyList<string>>([]);
}

/// <summary>Figures computed together.</summary>
/// <param name="Version">While it stays the same, only people who did something may have another figure; another one: everybody may, and segments that ask for a figure of the set are computed whole within seconds.</param>
/// <param name="AsOf">The instant the figures tell of.</param>
/// <param name="Join">From a row <c>p</c> of profiles to at most one row of the slice's own, such as <c>join prediction_scores s on s.user_id = p.user_id</c>. Runs on both engines; nothing from outside may stand in it.</param>
public sealed record FigureSet(string Version, DateTimeOffset AsOf, string Join, IReadOnlyList<Figure> Figures);

/// <summary>One figure.</summary>
/// <param name="Key">As rules name it; no other source and no running row may have it, such as <c>churn</c>.</param>
/// <param name="Kind">Any but <see cref="FeatureKind.DaysSince"/>, which grows by itself. A share is 0 to 1, money is in the shop's currency.</param>
/// <param name="Title">In the reader's language, as it stands in a sentence before "is at least 3".</param>
/// <param name="Sql">A number over <c>p</c> and the joined row, such as <c>s.churn</c>; null where it is not known.</param>
public sealed record Figure(string Key, FeatureKind Kind, Func<string> Title, string Sql);
