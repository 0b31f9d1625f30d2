using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Segments;

/// <summary>Explains one person's membership: each condition with its figure, the events behind it, since when, and what would turn it.</summary>
public sealed class WhyService
{
    private const int EventsShown = 5;

    private readonly SegmentStore _store;
    private readonly RuleRunner _runner;
    private readonly IAuditLog _audit;
    private readonly ShopClock _clock;
    private readonly EventCourses _events;
    private readonly FeatureCourses _features;

    internal WhyService(SegmentStore store, RuleRunner runner, IAuditLog audit, ShopClock clock, IOptions<ShopOptions> shop)
    {
        (_store, _runner, _audit, _clock) = (store, runner, audit, clock);
        (_events, _features) = (new EventCourses(clock, shop.Value.Currency), new FeatureCourses(shop.Value.Currency));
    }

    /// <summary>The answer for a saved segment; that somebody looked is recorded.</summary>
    public async Task<WhyAnswer> WhyAsync(Segment segment, string person, CancellationToken cancel = default)
    {
        var answer = await ExplainAsync(segment.Read(), person, _clock.Now, cancel);
        if (!answer.Known) return answer;
        await _audit.RecordAsync(new AuditEntry("person.explained", person), cancel);
        return answer with { Since = await _store.SinceAsync(segment.Id, person, cancel) };
    }

    public async Task<WhyAnswer> ExplainAsync(Rule rule, string person, DateTimeOffset asOf, CancellationToken cancel = default)
    {
        var all = await _store.AllAsync(cancel);
        if (await _runner.ExplainAsync(rule, person, asOf, Segment.Finder(all), cancel) is not { } answers) return new WhyAnswer(person, false, false, null, null, []);
        var history = await _runner.HistoryAsync(rule, person, asOf, cancel);
        var terms = await _runner.TermsAsync(rule, asOf, cancel);
        var starts = PersonHistory.Starts(rule);
        var conditions = rule.Conditions().ToList();
        var found = new List<(ConditionAnswer Answer, Course? Course)>();
        for (var i = 0; i < conditions.Count; i++) found.Add(await ConditionAsync(conditions[i], starts[i], answers[i + 1], history, terms, person, asOf, cancel));
        var whole = Course.Of(rule, [.. found.Select(f => (f.Course, f.Answer.Holds))]);
        var turn = whole.Holds(asOf) == answers[0].Holds ? whole.Next(asOf) : null;
        return new WhyAnswer(person, true, answers[0].Holds, null, turn is null ? null : new Change(answers[0].Holds ? ChangeKind.Ends : ChangeKind.Begins, null, turn.At, turn.Because?.Seen), [.. found.Select(f => f.Answer)]);
    }

    private async Task<(ConditionAnswer Answer, Course? Course)> ConditionAsync(Rule condition, int start, (bool Holds, string? Actual) answer, PersonHistory history, RuleTerms terms, string person, DateTimeOffset asOf, CancellationToken cancel)
    {
        IReadOnlyList<PersonEvent> behind = [];
        Course? course = null;
        DateTimeOffset? firstStep = null;
        switch (condition)
        {
            case DidRule did:
                var matching = history.Matching(start);
                (behind, course) = (_events.Counted(did, matching, asOf), _events.Did(did, matching));
                break;
            case FavouriteRule favourite:
                var liked = history.Matching(start);
                (behind, course) = (_events.Counted(favourite, liked, asOf), _events.Favourite(favourite, liked));
                break;
            case SequenceRule sequence:
                var (first, then) = (history.Matching(start), history.Matching(start + 1));
                var pairs = EventCourses.Pairs(sequence, first, then);
                course = _events.Sequence(sequence, pairs);
                behind = pairs.Count > 0 ? [pairs[^1].First, pairs[^1].Then] : [.. first.TakeLast(1)];
                firstStep = first.Count > 0 ? first[^1].When : null;
                break;
            case FeatureRule feature:
                (behind, course) = (_features.Behind(feature.Feature, history.Events), _features.Course(feature, history.Events));
                break;
        }
        // The store's answer is the truth; a past that does not lead to it is not told.
        if (!history.Complete || course?.Holds(asOf) != answer.Holds) course = null;
        var (since, past) = course is null ? (null, PastKind.NotKept) : course.Since(asOf) is { } at ? (at, PastKind.Since) : ((DateTimeOffset?)null, PastKind.FromTheBeginning);
        if (condition is SegmentRule other && answer.Holds && await _store.SinceAsync(other.Segment, person, cancel) is { } entered) (since, past) = (entered, PastKind.Since);
        var offered = condition is FeatureRule figure ? terms.Figures.GetValueOrDefault(figure.Feature) : null;
        IReadOnlyList<string> drivers = offered is null ? [] : await offered.Source.DriversAsync(offered.Figure.Key, person, cancel);
        var changes = Changes.Of(condition, answer.Holds, course, TextNumber.Parse(answer.Actual), behind, asOf, firstStep);
        var shown = new ConditionAnswer(condition, answer.Holds, Named(condition, answer.Actual, terms), since, past, [.. behind.Reverse().Take(EventsShown).Select(e => e.Seen)], behind.Count, changes) { FigureAsOf = offered?.Set.AsOf, Drivers = drivers };
        return (shown, course);
    }

    private string? Named(Rule condition, string? actual, RuleTerms terms) => (condition, actual) switch
    {
        (GroupRule group, not null) when terms.Groupings.TryGetValue(group.Grouping, out var grouping) => grouping.Name(actual),
        // The instant of a first or last event, as the shop's clock has it.
        (DidRule { Occasion: not Occasion.Any }, not null) when DateTimeOffset.TryParse(actual, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) => _clock.Local(at).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
        _ => actual,
    };
}
