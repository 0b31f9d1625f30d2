namespace BehaviorDashboard.DemoShop;

/// <summary>Draws whose the next extra live visit is: a passer-by or somebody by how often they come.</summary>
internal sealed class PersonDraw
{
    private readonly List<PersonState> _people = [];
    private readonly List<double> _upTo = [];
    private readonly double _passersBy;
    private readonly double _total;

    public PersonDraw(IReadOnlyList<PersonState> people, int day, double passersBy)
    {
        _passersBy = _total = passersBy;
        foreach (var state in people)
        {
            if (!state.Person.IsAlive(day)) continue;
            _people.Add(state);
            _upTo.Add(_total += state.Person.VisitsPerDay * (state.Exposure is { } exposure && exposure.ActsLive(day) ? exposure.Campaign.VisitFactor(state.Person) : 1));
        }
    }

    /// <returns>The person, or null for a passer-by.</returns>
    public PersonState? Next(ref DemoRandom random)
    {
        var at = random.Next() * _total;
        if (at < _passersBy) return null;
        var found = _upTo.BinarySearch(at);
        return _people[Math.Min(found < 0 ? ~found : found, _people.Count - 1)];
    }
}
