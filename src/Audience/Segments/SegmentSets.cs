using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Segments;

/// <summary>Active segments as sets by which the list of people can be narrowed.</summary>
internal sealed class SegmentSets(SegmentStore store, Database database) : IPeopleSets
{
    private const string IdsOf = "select segment_id from segment_members where user_id = @Person and left_at is null";

    public string Kind => "segment";

    public async Task<IReadOnlyList<PeopleSet>> AllAsync(CancellationToken cancel = default) =>
        [.. (await store.AllAsync(cancel)).Where(s => s.Status == "active").Select(s => new PeopleSet(string.Create(CultureInfo.InvariantCulture, $"{Kind}:{s.Id}"), s.Name, string.Create(CultureInfo.InvariantCulture, $"segments/{s.Id}")))];

    public async Task<IReadOnlyList<PeopleSet>> OfAsync(string person, CancellationToken cancel = default)
    {
        var ids = (await database.QueryAsync<int>(IdsOf, new { Person = person }, cancel)).Select(i => string.Create(CultureInfo.InvariantCulture, $"{Kind}:{i}")).ToHashSet();
        return [.. (await AllAsync(cancel)).Where(s => ids.Contains(s.Id))];
    }

    public string? MembersSql(string id) => int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? string.Create(CultureInfo.InvariantCulture, $"select user_id from segment_members where segment_id = {number} and left_at is null") : null;
}
