namespace BehaviorDashboard.Segments;

/// <summary>An event a condition counted, to be shown and linked.</summary>
public sealed record SeenEvent(string MessageId, DateTimeOffset When, string Name, string? Product, decimal? Amount, string? Currency);

/// <summary>An event of a person with what figures and conditions need of it.</summary>
/// <param name="Matches">Whether it matches each event of the rule, in the order of <see cref="PersonHistory.Steps"/>.</param>
/// <param name="Discounted">Whether it is an order at a discount.</param>
internal sealed record PersonEvent(SeenEvent Seen, string Type, string? Session, string? Category, int? Quantity, double? Rating, bool Discounted, IReadOnlyList<bool> Matches)
{
    public DateTimeOffset When => Seen.When;
}

/// <summary>Everything a person did up to an instant, oldest first.</summary>
/// <param name="Complete">False where the history is longer than is read: nothing is then told about the past.</param>
internal sealed record PersonHistory(IReadOnlyList<PersonEvent> Events, bool Complete)
{
    /// <summary>Events read at most.</summary>
    public const int Limit = 20_000;

    /// <summary>The events a rule names, in reading order.</summary>
    public static IEnumerable<EventStep> Steps(Rule rule) => rule.Conditions().SelectMany(Of);

    /// <summary>Where the events of each condition begin in <see cref="Steps"/>.</summary>
    public static IReadOnlyList<int> Starts(Rule rule)
    {
        var starts = new List<int> { 0 };
        foreach (var condition in rule.Conditions()) starts.Add(starts[^1] + Of(condition).Count);
        return starts;
    }

    public IReadOnlyList<PersonEvent> Matching(int step) => [.. Events.Where(e => e.Matches[step])];

    private static IReadOnlyList<EventStep> Of(Rule condition) => condition switch
    {
        DidRule did => [new EventStep(did.Event) { Where = did.Where }],
        FavouriteRule favourite => [new EventStep(favourite.Event) { Where = favourite.Where }],
        SequenceRule sequence => [sequence.First, sequence.Then],
        _ => [],
    };
}
