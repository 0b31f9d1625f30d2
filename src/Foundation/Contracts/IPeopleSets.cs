namespace BehaviorDashboard.Contracts;

/// <summary>Upward seam: a slice that keeps sets of people, such as segments, by which the list of people can be narrowed.</summary>
public interface IPeopleSets
{
    /// <summary>Such as <c>segment</c>; with a colon and the id it names a set in an address.</summary>
    string Kind { get; }

    /// <summary>The sets one may choose from.</summary>
    Task<IReadOnlyList<PeopleSet>> AllAsync(CancellationToken cancel = default);

    /// <summary>The sets a person is in now.</summary>
    Task<IReadOnlyList<PeopleSet>> OfAsync(string person, CancellationToken cancel = default);

    /// <returns>A select of SQL without parameters whose column <c>user_id</c> holds who is in now; null when there is no such set.</returns>
    string? MembersSql(string id);
}

/// <summary>A set of people.</summary>
/// <param name="Id">As an address names it: <c>segment:7</c>.</param>
public sealed record PeopleSet(string Id, string Title, string Href);
