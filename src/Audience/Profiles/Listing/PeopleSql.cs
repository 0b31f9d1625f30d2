using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;
using Dapper;

namespace BehaviorDashboard.Profiles;

/// <summary>The list of people as SQL. Only what was chosen is asked, so that each order can be read off its index.</summary>
internal sealed class PeopleSql(ConsentService consents, IEnumerable<IPeopleSets> sets)
{
    private const string Nobody = "1 = 0";

    private const string InWords = "(starts_with(profiles.user_id, @Start) or exists (select 1 from people_search s where s.user_id = profiles.user_id and s.words like @Like))";

    /// <summary>Everybody of a search, as <see cref="Words"/> names it; somebody may come twice.</summary>
    public const string Named = "select s.user_id from people_search s where s.words like @Like union all select k.user_id from profiles k where starts_with(k.user_id, @Start) limit @Limit";

    // Apart, so that neither half is joined to the rows of everybody.
    private const string CountNamed = """
        select (select count(*) from people_search where words like @Like) + (select count(*) from profiles k where starts_with(k.user_id, @Start)
            and not exists (select 1 from people_search s where s.user_id = k.user_id and s.words like @Like))
        """;

    /// <summary>The column or expression of an order.</summary>
    private static string Measure(string sort) => sort switch { "revenue" => "revenue - refunded", "orders" => "orders", "ordered" => "last_order_at", _ => "last_seen" };

    /// <summary>Of the measure's own type, so that an index of it can be used.</summary>
    private static string Mark(string measure) => measure switch { "orders" => "cast(@AfterNumber as bigint)", "last_seen" or "last_order_at" => "@AfterTime", _ => "cast(@AfterNumber as decimal(18, 4))" };

    /// <summary>Whether the order has a second part, of those without an order.</summary>
    public static bool HasTwoParts(PeopleQuery query) => query.Sort is "revenue" or "orders" or "ordered" && query.Who != "buyers";

    /// <summary>What is searched for: the beginning of a key, and a part of the words in small letters. Null: nothing.</summary>
    public static (string Start, string Like)? Words(PeopleQuery query) => Plain(query.Text) is { Length: > 0 } text ? (text, "%" + text.ToLowerInvariant() + "%") : null;

    /// <param name="named">Everybody of the search; null where they are too many, or nothing is searched for.</param>
    /// <param name="near">Only whoever is among so many of the order's next; null: everybody.</param>
    public (string Sql, DynamicParameters Arguments) Page(PeopleQuery query, IReadOnlyCollection<string>? named, PeopleCursor after, int limit, int? near = null)
    {
        var (where, arguments) = Where(query, named);
        var measure = after.Behind ? "last_seen" : Measure(query.Sort);
        List<string> next = [$"({measure}, user_id) < ({Mark(measure)}, @AfterKey)"];
        if (query.Sort is not "seen") next.Add(after.Behind ? "orders = 0" : "orders > 0");
        var order = $"order by {measure} desc, user_id desc";
        var from = near is null ? "profiles" : $"(select * from profiles where {string.Join(" and ", next)} {order} limit @Near) profiles";
        if (near is null) where.AddRange(next);
        if (near is not null) arguments.Add("Near", near);
        arguments.Add("AfterTime", after.Time);
        arguments.Add("AfterNumber", after.Number);
        arguments.Add("AfterKey", after.Key);
        arguments.Add("Limit", limit);
        return ($"select {PeopleStore.Columns} from {from} where {string.Join(" and ", where)} {order} limit @Limit", arguments);
    }

    public (string Sql, DynamicParameters Arguments) Count(PeopleQuery query, IReadOnlyCollection<string>? named)
    {
        var (where, arguments) = Where(query, named);
        if (where is [InWords]) return (CountNamed, arguments);
        return ($"select count(*) from profiles{(where.Count == 0 ? "" : " where " + string.Join(" and ", where))}", arguments);
    }

    private (List<string> Where, DynamicParameters Arguments) Where(PeopleQuery query, IReadOnlyCollection<string>? named)
    {
        var (where, arguments) = (new List<string>(), new DynamicParameters());
        void Add(string condition, string name, object? value)
        {
            if (value is null or "") return;
            where.Add(condition);
            arguments.Add(name, value);
        }
        if (named is not null)
        {
            where.Add("user_id in (select unnest(@Named))");
            arguments.Add("Named", SqlList.Of(named));
        }
        else if (Words(query) is var (start, like))
        {
            where.Add(InWords);
            arguments.Add("Start", start);
            arguments.Add("Like", like);
        }
        if (query.Who is "known") where.Add("is_known");
        if (query.Who is "anonymous") where.Add("not is_known");
        if (query.Who is "buyers") where.Add("orders > 0");
        Add("orders >= @OrdersFrom", "OrdersFrom", query.OrdersFrom);
        Add("orders <= @OrdersTo", "OrdersTo", query.OrdersTo);
        Add("revenue - refunded >= cast(@RevenueFrom as decimal(18, 4))", "RevenueFrom", query.RevenueFrom);
        Add("revenue - refunded <= cast(@RevenueTo as decimal(18, 4))", "RevenueTo", query.RevenueTo);
        Add("last_seen >= @SeenFrom", "SeenFrom", query.SeenFrom);
        Add("last_seen < @SeenTo", "SeenTo", query.SeenTo);
        Add("last_order_at >= @OrderedFrom", "OrderedFrom", query.OrderedFrom);
        Add("last_order_at < @OrderedTo", "OrderedTo", query.OrderedTo);
        Add("lower(coalesce(traits ->> 'country', traits -> 'address' ->> 'country')) = @Country", "Country", Plain(query.Country).ToLowerInvariant());
        Add("lower(coalesce(traits ->> 'city', traits -> 'address' ->> 'city')) = @City", "City", Plain(query.City).ToLowerInvariant());
        if (query.Set.Length > 0) where.Add(Members(query.Set) is { } members ? $"exists (select 1 from ({members}) s where s.user_id = profiles.user_id)" : Nobody);
        if (query.Consent.Length > 0) where.Add(Consenting(query.Consent));
        return (where, arguments);
    }

    private string? Members(string set) => set.Split(':', 2) is [var kind, var id] ? sets.FirstOrDefault(s => s.Kind == kind)?.MembersSql(id) : null;

    private string Consenting(string chosen)
    {
        var purpose = chosen.TrimStart('-');
        if (!Purposes.All.Contains(purpose)) return Nobody;
        var allows = consents.Allows(purpose, "profiles.user_id");
        return chosen[0] == '-' ? $"not ({allows})" : allows;
    }

    /// <summary>Wildcards of SQL are not for people who search; an underscore finds itself among others.</summary>
    private static string Plain(string text) => text.Trim().Replace("%", "", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal);
}
