using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>The running row per person: kept with every commit, and computed anew from the events where history was rewritten.</summary>
internal static class ProfileStore
{
    /// <summary>All keys of the people @Keys: the head of a statement that joins events to <c>keys</c>.</summary>
    public const string KeysOfPeople = """
        with people as (select unnest(@Keys) as person),
        keys as (select person, person as key from people union all select i.user_id, i.alias from identities i join people p on p.person = i.user_id)
        """;

    private const string UpdateStaged = """
        update profiles set
            first_seen = least(profiles.first_seen, d.first_seen), last_seen = greatest(profiles.last_seen, d.last_seen),
            events = profiles.events + d.events, sessions = profiles.sessions + d.sessions,
            page_views = profiles.page_views + d.page_views, product_views = profiles.product_views + d.product_views,
            searches = profiles.searches + d.searches, cart_adds = profiles.cart_adds + d.cart_adds,
            checkouts = profiles.checkouts + d.checkouts
        from profile_delta d where profiles.user_id = d.user_id
        """;

    /// <summary>What few events change: most rows of a commit are not written twice as wide for it.</summary>
    private const string UpdateStagedOrders = """
        update profiles set
            orders = profiles.orders + d.orders, units = profiles.units + d.units, refunds = profiles.refunds + d.refunds, reviews = profiles.reviews + d.reviews,
            rating_sum = profiles.rating_sum + d.rating_sum,
            revenue = cast(profiles.revenue + d.revenue as decimal(18, 4)),
            refunded = cast(profiles.refunded + d.refunded as decimal(18, 4)),
            first_order_at = least(profiles.first_order_at, d.first_order_at),
            last_order_at = greatest(profiles.last_order_at, d.last_order_at),
            discounted_orders = profiles.discounted_orders + d.discounted_orders, rated = profiles.rated + d.rated,
            rating_min = least(profiles.rating_min, d.rating_min), last_rated_at = greatest(profiles.last_rated_at, d.last_rated_at),
            last_rating = case when d.last_rated_at is null or d.last_rated_at < profiles.last_rated_at then profiles.last_rating
                when d.last_rated_at = profiles.last_rated_at then least(profiles.last_rating, d.last_rating) else d.last_rating end
        from profile_delta d where profiles.user_id = d.user_id and (d.orders <> 0 or d.units <> 0 or d.refunds <> 0 or d.reviews <> 0)
        """;

    private const string InsertStaged = """
        insert into profiles (user_id, is_known, first_seen, last_seen, events, sessions, page_views, product_views, searches,
            cart_adds, checkouts, orders, units, refunds, reviews, rating_sum, revenue, refunded, first_order_at, last_order_at,
            discounted_orders, rated, rating_min, last_rated_at, last_rating)
        select d.user_id, d.is_known, d.first_seen, d.last_seen, d.events, d.sessions, d.page_views, d.product_views, d.searches,
            d.cart_adds, d.checkouts, d.orders, d.units, d.refunds, d.reviews, d.rating_sum, d.revenue, d.refunded, d.first_order_at, d.last_order_at,
            d.discounted_orders, d.rated, d.rating_min, d.last_rated_at, d.last_rating
        from profile_delta d where not exists (select 1 from profiles p where p.user_id = d.user_id)
        """;

    private const string ReadRows = """
        select user_id as UserId, first_seen as FirstSeen, last_seen as LastSeen, events as Events, sessions as Sessions,
            page_views as PageViews, product_views as ProductViews, searches as Searches, cart_adds as CartAdds,
            checkouts as Checkouts, orders as Orders, units as Units, refunds as Refunds, reviews as Reviews,
            rating_sum as RatingSum, revenue as Revenue, refunded as Refunded, first_order_at as FirstOrderAt,
            last_order_at as LastOrderAt, discounted_orders as DiscountedOrders, rated as Rated, rating_min as RatingMin,
            last_rated_at as LastRatedAt, last_rating as LastRating, cast(traits as text) as Traits
        from profiles where user_id = any(@Keys)
        """;

    private const string DeleteRows = "delete from profiles where user_id = any(@Keys); delete from people_search where user_id = any(@Keys)";

    private const string WriteTraits = """
        update profiles set email = d.email, name = d.name, traits = cast(d.traits as json)
        from (select unnest(@Users) as user_id, unnest(@Emails) as email, unnest(@Names) as name, unnest(@Traits) as traits) d
        where profiles.user_id = d.user_id
        """;

    private const string WriteWords = """
        insert into people_search (user_id, words)
        select d.user_id, d.words from (select unnest(@Users) as user_id, unnest(@Words) as words) d join profiles p on p.user_id = d.user_id
        where d.words <> '' and not exists (select 1 from people_search s where s.user_id = d.user_id and s.words = d.words)
        on conflict (user_id) do update set words = excluded.words
        """;

    private const string ForgetWords = "delete from people_search where user_id = any(@Users)";

    /// <summary>The same definition as <see cref="ProfileDelta.Add(ShopEvent, bool, string)"/>, over stored events.</summary>
    private const string FromEvents = $"""
        {KeysOfPeople}
        select e.person as UserId, min(e.occurred_at) as FirstSeen, max(e.occurred_at) as LastSeen,
            count(*) filter (where e.type <> 'item') as Events, count(distinct e.session_id) as Sessions,
            count(*) filter (where e.type in ('page', 'screen')) as PageViews,
            count(*) filter (where e.type = 'track' and e.name = 'Product Viewed') as ProductViews,
            count(*) filter (where e.type = 'track' and e.name = 'Products Searched') as Searches,
            count(*) filter (where e.type = 'track' and e.name = 'Product Added') as CartAdds,
            count(*) filter (where e.type = 'track' and e.name = 'Checkout Started') as Checkouts,
            count(*) filter (where e.type = 'track' and e.name = 'Order Completed') as Orders,
            cast(coalesce(sum(e.quantity) filter (where e.type = 'item' and e.name in ('Order Completed', 'Order Refunded')), 0) as bigint) as Units,
            count(*) filter (where e.type = 'track' and e.name = 'Order Refunded') as Refunds,
            count(*) filter (where e.type = 'track' and e.name = 'Product Reviewed') as Reviews,
            coalesce(sum(e.rating) filter (where e.type = 'track' and e.name = 'Product Reviewed'), 0) as RatingSum,
            cast(coalesce(sum(e.revenue) filter (where e.type = 'track' and e.name = 'Order Completed' and e.in_shop_currency), 0) as decimal(18, 4)) as Revenue,
            cast(coalesce(-sum(e.revenue) filter (where e.type = 'track' and e.name = 'Order Refunded' and e.in_shop_currency), 0) as decimal(18, 4)) as Refunded,
            min(e.occurred_at) filter (where e.type = 'track' and e.name = 'Order Completed') as FirstOrderAt,
            max(e.occurred_at) filter (where e.type = 'track' and e.name = 'Order Completed') as LastOrderAt,
            count(*) filter (where e.type = 'track' and e.name = 'Order Completed' and {Discounts.Sql}) as DiscountedOrders,
            count(e.rated_at) as Rated, min(e.rating) filter (where e.rated_at is not null) as RatingMin, max(e.rated_at) as LastRatedAt,
            min(e.rating) filter (where e.rated_at = e.last_rated_at) as LastRating
        from (
            select r.*, max(r.rated_at) over (partition by r.person) as last_rated_at
            from (
                select k.person, (ev.currency is null or ev.currency = @Currency) as in_shop_currency, ev.*,
                    case when ev.type = 'track' and ev.name = 'Product Reviewed' and ev.rating is not null then ev.occurred_at end as rated_at
                from keys k join events ev on ev.user_id = k.key) r) e
        group by e.person
        """;

    /// <summary>Adds the deltas to their rows, making rows where there were none.</summary>
    /// <returns>False where another node made one of them between the two: it has no part of its delta.</returns>
    public static async Task<bool> ApplyAsync(EventAppender appender, Session session, IReadOnlyCollection<ProfileDelta> deltas)
    {
        await appender.StageAsync(session, deltas);
        var updated = await session.ExecuteAsync(UpdateStaged);
        if (updated > 0 && deltas.Any(d => d.HasOrders)) await session.ExecuteAsync(UpdateStagedOrders);
        return updated == deltas.Count || updated + await session.ExecuteAsync(InsertStaged) == deltas.Count;
    }

    public static Task<IReadOnlyList<ProfileRow>> ReadAsync(Session session, IEnumerable<string> keys) =>
        session.QueryAsync<ProfileRow>(ReadRows, new { Keys = SqlList.Of(keys) });

    public static Task DeleteAsync(Session session, IEnumerable<string> keys) =>
        session.ExecuteAsync(DeleteRows, new { Keys = SqlList.Of(keys) });

    /// <summary>Sets the traits (JSON object or null) of people who have a row.</summary>
    public static async Task WriteTraitsAsync(Session session, IReadOnlyDictionary<string, string?> traits)
    {
        var (users, emails, names) = (SqlList.Of(traits.Keys), traits.Values.Select(TraitPatch.Email).ToList(), traits.Values.Select(TraitPatch.DisplayName).ToList());
        await session.ExecuteAsync(WriteTraits, new { Users = users, Emails = SqlList.Of(emails), Names = SqlList.Of(names), Traits = SqlList.Of(traits.Values) });
        var words = emails.Zip(names, Words).ToList();
        await session.ExecuteAsync(WriteWords, new { Users = users, Words = SqlList.Of(words) });
        var nameless = traits.Keys.Zip(words).Where(w => w.Second.Length == 0).Select(w => w.First).ToList();
        if (nameless.Count > 0) await session.ExecuteAsync(ForgetWords, new { Users = SqlList.Of(nameless) });
    }

    private static string Words(string? email, string? name) => string.Join('\n', new[] { email, name }.Where(w => w is not null)).ToLowerInvariant();

    /// <summary>Replaces the rows of these people by what their events say now; their traits stay.</summary>
    /// <param name="keepEmpty">Whether people without any event keep a row for their traits.</param>
    public static async Task RecomputeAsync(EventAppender appender, Session session, IReadOnlyCollection<string> keys, string shopCurrency, bool keepEmpty)
    {
        var before = await ReadAsync(session, keys);
        var rows = await session.QueryAsync<ProfileRow>(FromEvents, new { Keys = SqlList.Of(keys), Currency = shopCurrency });
        await DeleteAsync(session, keys);
        var deltas = rows.Select(r => r.ToDelta(r.UserId)).ToDictionary(d => d.UserId);
        foreach (var row in before.Where(r => keepEmpty && r.Traits is not null && !deltas.ContainsKey(r.UserId)))
            deltas[row.UserId] = new ProfileDelta(row.UserId) { FirstSeen = row.FirstSeen, LastSeen = row.LastSeen };
        if (deltas.Count == 0) return;
        await ApplyAsync(appender, session, deltas.Values);
        var traits = before.Where(r => r.Traits is not null && deltas.ContainsKey(r.UserId)).ToDictionary(r => r.UserId, r => r.Traits);
        if (traits.Count > 0) await WriteTraitsAsync(session, traits);
    }
}
