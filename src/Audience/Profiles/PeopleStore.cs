using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Profiles;

/// <summary>All SQL about people beyond what the writer keeps.</summary>
internal sealed class PeopleStore(Database database)
{
    private const string Columns = """
        user_id as Key, is_known as IsKnown, name as Name, email as Email, first_seen as FirstSeen, last_seen as LastSeen, events as Events, sessions as Sessions,
        page_views as PageViews, product_views as ProductViews, searches as Searches, cart_adds as CartAdds, orders as Orders, units as Units, refunds as Refunds,
        reviews as Reviews, revenue as Revenue, refunded as Refunded, first_order_at as FirstOrderAt, last_order_at as LastOrderAt, cast(traits as text) as Traits
        """;

    private const string Filter = """
        (@Text = '' or user_id like @Start or lower(email) like @Like or lower(name) like @Like)
        and (@Who = 'all' or (@Who = 'known' and is_known) or (@Who = 'anonymous' and not is_known) or (@Who = 'buyers' and orders > 0))
        """;

    private const string BySeen = $"""
        select {Columns} from profiles where {Filter} and (last_seen, user_id) < (@AfterTime, @AfterKey) order by last_seen desc, user_id desc limit @Limit
        """;

    private const string ByRevenue = $"""
        select {Columns} from profiles where {Filter} and (revenue - refunded, user_id) < (@AfterNumber, @AfterKey) order by revenue - refunded desc, user_id desc limit @Limit
        """;

    private const string ByOrders = $"""
        select {Columns} from profiles where {Filter} and (orders, user_id) < (@AfterNumber, @AfterKey) order by orders desc, user_id desc limit @Limit
        """;

    private const string Counting = $"select count(*) from profiles where {Filter}";

    private const string ByKey = $"""
        select {Columns} from profiles where user_id = coalesce((select user_id from identities where alias = @Key), @Key)
        """;

    private const string KeysOf = """
        select key from (
            select coalesce((select user_id from identities where alias = @Key), @Key) as key, 0 as place
            union all select i.alias, 1 from identities i where i.user_id = coalesce((select user_id from identities where alias = @Key), @Key)) k
        order by place, key
        """;

    private const string AliasesOf = "select alias as Alias, kind as Kind, since as Since from identities where user_id = @Key order by since, alias";

    private const string Timeline = """
        select message_id as MessageId, occurred_at as At, type as Type, name as Name, session_id as SessionId, product_id as ProductId, order_id as OrderId,
            revenue as Revenue, currency as Currency, query as Query, rating as Rating, url as Url, cast(properties as text) as Properties, source_id as SourceId, given_id as GivenKey
        from events
        where user_id = any(@Keys) and type <> 'item' and occurred_at >= @From and occurred_at <= @Until and (occurred_at, message_id) < (@Before, @BeforeId)
        order by occurred_at desc, message_id desc limit @Limit
        """;

    public Task<IReadOnlyList<Person>> PageAsync(PeopleQuery query, Cursor after, int limit, CancellationToken cancel) => database.QueryAsync<Person>(
        query.Sort switch { "revenue" => ByRevenue, "orders" => ByOrders, _ => BySeen }, Arguments(query, after, limit), cancel);

    public Task<long> CountAsync(PeopleQuery query, CancellationToken cancel) => database.ScalarAsync<long>(Counting, Arguments(query, Cursor.Start, 0), cancel);

    /// <returns>The person a key stands for, merged keys included.</returns>
    public Task<Person?> FindAsync(string key, CancellationToken cancel) => database.FirstOrDefaultAsync<Person>(ByKey, new { Key = key }, cancel);

    public Task<IReadOnlyList<Identity>> IdentitiesAsync(string key, CancellationToken cancel) => database.QueryAsync<Identity>(AliasesOf, new { Key = key }, cancel);

    /// <returns>Every key of the person a key stands for, their own first; a key nobody has stands for itself.</returns>
    public Task<IReadOnlyList<string>> KeysAsync(string key, CancellationToken cancel) => database.QueryAsync<string>(KeysOf, new { Key = key }, cancel);

    /// <summary>Events of all keys of a person, newest first, those before a line of the page before.</summary>
    public Task<IReadOnlyList<TimelineEvent>> TimelineAsync(IEnumerable<string> keys, DateTimeOffset from, DateTimeOffset until, DateTimeOffset before, string beforeId, int limit, CancellationToken cancel) =>
        database.QueryAsync<TimelineEvent>(Timeline, new { Keys = SqlList.Of(keys), From = from, Until = until, Before = before, BeforeId = beforeId, Limit = limit }, cancel);

    private static object Arguments(PeopleQuery query, Cursor after, int limit)
    {
        var text = query.Text.Trim();
        var pattern = Escape(text);
        return new { Text = text, Start = pattern + "%", Like = "%" + pattern.ToLowerInvariant() + "%", query.Who, AfterTime = after.Time, AfterNumber = after.Number, AfterKey = after.Key, Limit = limit };
    }

    /// <summary>Wildcards of SQL are not for people who search; an underscore finds itself among others.</summary>
    private static string Escape(string text) => text.Replace("%", "", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal);
}

/// <summary>Where a page of people ended.</summary>
internal sealed record Cursor(DateTimeOffset Time, decimal Number, string Key)
{
    /// <summary>Before everybody.</summary>
    public static readonly Cursor Start = new(new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero), 99_999_999_999_999m, "\uFFFF");
}
