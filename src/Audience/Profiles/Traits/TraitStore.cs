using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Profiles;

/// <summary>Who changed which trait by hand, and when.</summary>
internal sealed class TraitStore(Database database)
{
    private const string Insert = """
        insert into trait_changes (user_id, trait, before, after, changed_at, changed_by) values (@Key, @Trait, @Before, @After, @ChangedAt, @ChangedBy)
        """;

    private const string Changes = """
        select trait as Trait, before as Before, after as After, changed_at as ChangedAt, changed_by as ChangedBy
        from trait_changes where user_id = any(@Keys) order by changed_at desc limit 50
        """;

    public Task AddAsync(string key, TraitChange change) =>
        database.ExecuteAsync(Insert, new { Key = key, change.Trait, change.Before, change.After, change.ChangedAt, change.ChangedBy });

    public Task<IReadOnlyList<TraitChange>> ChangesAsync(IEnumerable<string> keys, CancellationToken cancel) => database.QueryAsync<TraitChange>(Changes, new { Keys = SqlList.Of(keys) }, cancel);
}
