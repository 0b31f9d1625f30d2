using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Profiles;

/// <summary>People as the writer keeps them.</summary>
internal sealed class PeopleStore(Database database)
{
    /// <summary>People of a search that are named one by one.</summary>
    internal int MostNamed { get; init; } = 10_000;

    /// <summary>People of the order among whom a page of a search that finds many is looked for first.</summary>
    internal int Near { get; init; } = 2_000;

    public const string Columns = """
        user_id as Key, is_known as IsKnown, name as Name, email as Email, first_seen as FirstSeen, last_seen as LastSeen, events as Events, sessions as Sessions,
        page_views as PageViews, product_views as ProductViews, searches as Searches, cart_adds as CartAdds, orders as Orders, units as Units, refunds as Refunds,
        reviews as Reviews, revenue as Revenue, refunded as Refunded, first_order_at as FirstOrderAt, last_order_at as LastOrderAt, cast(traits as text) as Traits
        """;

    private const string ByKey = $"""
        select {Columns} from profiles where user_id = coalesce((select user_id from identities where alias = @Key), @Key)
        """;

    private const string ByDigest = $"select {Columns} from profiles where md5(user_id) = @Key and user_id like '%@%'";

    private const string ByKeys = $"select {Columns} from profiles where user_id = any(@Keys)";

    private const string KeysOf = """
        select key from (
            select coalesce((select user_id from identities where alias = @Key), @Key) as key, 0 as place
            union all select i.alias, 1 from identities i where i.user_id = coalesce((select user_id from identities where alias = @Key), @Key)) k
        order by place, key
        """;

    private const string AliasesOf = "select alias as Alias, kind as Kind, since as Since from identities where user_id = @Key order by since, alias";

    public async Task<IReadOnlyList<Person>> PageAsync(PeopleSql list, PeopleQuery query, PeopleCursor after, int limit, CancellationToken cancel)
    {
        var named = await NamedAsync(query, cancel);
        if (named is { Count: 0 }) return [];
        var (sql, arguments) = list.Page(query, named, after, limit);
        if (named is null && PeopleSql.Words(query) is not null && limit < Near)
        {
            // Where one in forty is found, the order's next two thousand hold a page of them: no engine needs to look at everybody.
            var near = list.Page(query, named, after, limit, Near);
            if (await database.QueryAsync<Person>(near.Sql, near.Arguments, cancel) is { } found && found.Count == limit) return found;
        }
        return await database.QueryAsync<Person>(sql, arguments, cancel);
    }

    public async Task<long> CountAsync(PeopleSql list, PeopleQuery query, CancellationToken cancel)
    {
        var named = await NamedAsync(query, cancel);
        if (named is { Count: 0 }) return 0;
        var (sql, arguments) = list.Count(query, named);
        return await database.ScalarAsync<long>(sql, arguments, cancel);
    }

    /// <summary>
    /// Few are found by the words and then looked up; where many are, the order is read until there are enough of them. Which it is,
    /// no engine knows beforehand.
    /// </summary>
    private async Task<IReadOnlyCollection<string>?> NamedAsync(PeopleQuery query, CancellationToken cancel)
    {
        if (PeopleSql.Words(query) is not var (start, like)) return null;
        var found = await database.QueryAsync<string>(PeopleSql.Named, new { Start = start, Like = like, Limit = MostNamed + 1 }, cancel);
        return found.Count > MostNamed ? null : [.. found.Distinct()];
    }

    /// <returns>The person a key stands for, merged keys included.</returns>
    public Task<Person?> FindAsync(string key, CancellationToken cancel) => key.StartsWith(PersonKey.LinkPrefix, StringComparison.Ordinal) && key.Length == PersonKey.LinkPrefix.Length + 32
        ? database.FirstOrDefaultAsync<Person>(ByDigest, new { Key = key[PersonKey.LinkPrefix.Length..] }, cancel)
        : database.FirstOrDefaultAsync<Person>(ByKey, new { Key = key }, cancel);

    /// <returns>Those of these people who are there.</returns>
    public Task<IReadOnlyList<Person>> FindAllAsync(IEnumerable<string> keys, CancellationToken cancel) => database.QueryAsync<Person>(ByKeys, new { Keys = SqlList.Of(keys) }, cancel);

    public Task<IReadOnlyList<Identity>> IdentitiesAsync(string key, CancellationToken cancel) => database.QueryAsync<Identity>(AliasesOf, new { Key = key }, cancel);

    /// <returns>Every key of the person a key stands for, their own first; a key nobody has stands for itself.</returns>
    public Task<IReadOnlyList<string>> KeysAsync(string key, CancellationToken cancel) => database.QueryAsync<string>(KeysOf, new { Key = key }, cancel);
}
