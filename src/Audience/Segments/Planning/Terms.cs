using BehaviorDashboard.Features;

namespace BehaviorDashboard.Segments;

/// <summary>A figure that another slice offers, with those it was computed with and who can say more of it.</summary>
public sealed record OfferedFigure(Figure Figure, FigureSet Set, IFigureSource Source)
{
    /// <summary>SQL that gives <c>person</c> and the figure as <c>n</c> from rows of a table of profiles.</summary>
    internal string People(string profiles) => $"select p.user_id as person, {Figure.Sql} as n from {profiles} p {Set.Join}";
}

/// <summary>What conditions may name at an instant beside events, traits and running rows.</summary>
/// <param name="Groupings">Those that are known, by key.</param>
/// <param name="Figures">Those other slices offer, by key.</param>
public sealed record RuleTerms(IReadOnlyDictionary<string, GroupingState> Groupings, IReadOnlyDictionary<string, OfferedFigure> Figures)
{
    public static readonly RuleTerms None = new(new Dictionary<string, GroupingState>(), new Dictionary<string, OfferedFigure>());

    /// <summary>Whether a rule names any, itself or through another segment.</summary>
    public static bool AreNamed(Rule rule) => rule.Conditions().Any(c => c is GroupRule or SegmentRule || (c is FeatureRule feature && PersonFeatures.Find(feature.Feature) is null));

    /// <returns>Null where nobody offers the figure.</returns>
    public FeatureKind? KindOf(string figure) => PersonFeatures.Find(figure)?.Kind ?? Figures.GetValueOrDefault(figure)?.Figure.Kind;

    /// <summary>The version of what a condition names; when it changes, everybody may have come or gone.</summary>
    internal string? VersionOf(Rule condition) => condition switch
    {
        GroupRule group => Groupings.GetValueOrDefault(group.Grouping)?.Version,
        FeatureRule figure => Figures.GetValueOrDefault(figure.Feature)?.Set.Version,
        _ => null,
    };
}

/// <summary>Every grouping and every offered figure the product has.</summary>
public sealed class Terms(IEnumerable<IGrouping> groupings, IEnumerable<IFigureSource> figures)
{
    public async Task<RuleTerms> AtAsync(DateTimeOffset asOf, CancellationToken cancel = default)
    {
        var states = new Dictionary<string, GroupingState>();
        foreach (var grouping in groupings)
            if (await grouping.AtAsync(asOf, cancel) is { } state) states[grouping.Key] = state;
        var offered = new Dictionary<string, OfferedFigure>();
        foreach (var source in figures)
            if (await source.CurrentAsync(cancel) is { } set)
                foreach (var figure in set.Figures) offered.Add(figure.Key, new OfferedFigure(figure, set, source));
        return new RuleTerms(states, offered);
    }
}
