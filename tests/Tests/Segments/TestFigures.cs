using BehaviorDashboard.Features;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Tests.Segments;

/// <summary>Figures of another slice, as predictions offer them: a table of scores and the version that is published.</summary>
internal sealed class TestFigures(Database database) : IFigureSource
{
    public static readonly DateTimeOffset AsOf = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public int Published { get; set; } = 1;

    public Task CreateAsync() => database.ExecuteAsync("create table test_scores (user_id text not null, version integer not null, churn double precision, worth decimal(18, 4))");

    public Task ScoreAsync(string person, int version, double? churn, decimal? worth = null) =>
        database.ExecuteAsync("insert into test_scores (user_id, version, churn, worth) values (@Person, @Version, @Churn, @Worth)", new { Person = person, Version = version, Churn = churn, Worth = worth });

    public Task<FigureSet?> CurrentAsync(CancellationToken cancel) => Task.FromResult<FigureSet?>(Published == 0 ? null : new FigureSet($"scores/{Published}", AsOf, $"join test_scores s on s.user_id = p.user_id and s.version = {Published}",
    [
        new Figure("churn", FeatureKind.Share, () => "churn risk", "s.churn"),
        new Figure("worth", FeatureKind.Money, () => "worth to come", "s.worth"),
    ]));

    public Task<IReadOnlyList<string>> DriversAsync(string figure, string person, CancellationToken cancel) => Task.FromResult<IReadOnlyList<string>>([$"{figure} of {person}: no order for long"]);
}
