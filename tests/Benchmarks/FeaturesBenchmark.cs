using System.Diagnostics;
using BehaviorDashboard.Events;
using BehaviorDashboard.Features;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;

namespace BehaviorDashboard.Benchmarks;

/// <summary>Feature vectors of everybody from the running rows, beside the same figures by hand from raw events; every column is consumed.</summary>
internal static class FeaturesBenchmark
{
    private const string FillEvents = """
        insert into events (message_id, received_at, occurred_at, user_id, session_id, type, name, product_id, category, quantity, revenue, source_id)
        select 'b' || g, t, t, 'u' || (g * 7919 % @People), 's' || (g / 4), 'track',
            case when g % 50 = 0 then 'Order Completed' when g % 400 = 1 then 'Order Refunded' when g % 10 = 3 then 'Product Added' when g % 25 = 7 then 'Products Searched' else 'Product Viewed' end,
            'p' || (g % 5000), 'c' || (g % 40), 1, case when g % 50 = 0 then cast(10 + g % 90 as decimal(18, 4)) when g % 400 = 1 then cast(-5 as decimal(18, 4)) end, 'bench'
        from (select g, @Now - interval '1 second' * cast(floor((@Events - g) * 15552000.0 / @Events) as integer) as t from generate_series(1, cast(@Events as bigint)) as s(g)) x
        """;

    private static readonly string ByHand = $"""
        select user_id as person,
            (cast(extract(epoch from cast(@AsOf as timestamptz)) as double precision) - cast(extract(epoch from max(case when name = '{EventNames.OrderCompleted}' then occurred_at end)) as double precision)) / 86400.0 as days_since_last_order,
            (cast(extract(epoch from cast(@AsOf as timestamptz)) as double precision) - cast(extract(epoch from min(case when name = '{EventNames.OrderCompleted}' then occurred_at end)) as double precision)) / 86400.0 as days_since_first_order,
            cast(count(*) filter (where name = '{EventNames.OrderCompleted}') as double precision) as orders,
            cast(coalesce(sum(revenue), 0) as double precision) as net_revenue,
            cast(sum(case when name = '{EventNames.OrderCompleted}' then revenue end) as double precision) / nullif(count(*) filter (where name = '{EventNames.OrderCompleted}'), 0) as average_order,
            cast(-sum(case when name = '{EventNames.OrderRefunded}' then revenue end) as double precision) / nullif(sum(case when name = '{EventNames.OrderCompleted}' then revenue end), 0) as refund_share,
            (cast(extract(epoch from cast(@AsOf as timestamptz)) as double precision) - cast(extract(epoch from max(occurred_at)) as double precision)) / 86400.0 as days_since_last_seen,
            cast(count(distinct session_id) as double precision) as sessions,
            cast(count(*) filter (where name = '{EventNames.ProductViewed}') as double precision) / nullif(count(distinct session_id), 0) as browse_depth,
            cast(count(*) filter (where name = '{EventNames.ProductViewed}') as double precision) as product_views,
            cast(count(*) filter (where name = '{EventNames.ProductsSearched}') as double precision) as searches,
            cast(count(*) filter (where name = '{EventNames.ProductAdded}') as double precision) as cart_adds
        from events where user_id <> '' group by user_id
        """;

    private const string FillProfiles = """
        insert into profiles (user_id, is_known, first_seen, last_seen, events, sessions, page_views, product_views, searches, cart_adds, checkouts, orders, units, refunds, reviews,
            rating_sum, revenue, refunded, first_order_at, last_order_at)
        select user_id, true, min(occurred_at), max(occurred_at), count(*), count(distinct session_id), 0, count(*) filter (where name = 'Product Viewed'), count(*) filter (where name = 'Products Searched'),
            count(*) filter (where name = 'Product Added'), 0, count(*) filter (where name = 'Order Completed'), 0, count(*) filter (where name = 'Order Refunded'), 0, 0,
            coalesce(sum(revenue) filter (where revenue > 0), 0), coalesce(-sum(revenue) filter (where revenue < 0), 0),
            min(occurred_at) filter (where name = 'Order Completed'), max(occurred_at) filter (where name = 'Order Completed')
        from events group by user_id
        """;

    private static readonly string[] Keys = ["days_since_last_order", "days_since_first_order", "orders", "net_revenue", "average_order", "refund_share", "days_since_last_seen", "sessions", "browse_depth", "product_views", "searches", "cart_adds"];

    public static async Task<int> RunAsync(string[] args)
    {
        var (events, people) = (Setup.Option(args, "--events", 10_000_000), Setup.Option(args, "--people", 500_000));
        await using var store = await TestStore.OpenAsync(Engine.DuckDb);
        var now = DateTimeOffset.UtcNow;
        await store.Database.ExecuteAsync(FillEvents, new { Events = events, People = people, Now = now });
        await store.Database.ExecuteAsync(FillProfiles);
        Setup.Print($"store: {events:N0} events of {await store.Database.ScalarAsync<long>("select count(*) from profiles"):N0} people");
        var ours = await BestAsync(store.Database, PersonVectors.Sql(Keys, "true"), now);
        var hand = await BestAsync(store.Database, ByHand, now);
        if (Math.Abs(ours.Sum - hand.Sum) > Math.Abs(hand.Sum) * 1e-6) throw new InvalidOperationException($"The figures differ: {ours.Sum} and {hand.Sum}.");
        Setup.Print($"{Keys.Length} features of everybody from running rows: {ours.Seconds:N2} s; by hand from raw events: {hand.Seconds:N2} s; ratio {ours.Seconds / hand.Seconds:N3} (bar 0.2)");
        var start = Stopwatch.GetTimestamp();
        var table = await new PersonVectors(store.Database).ReadAsync(Keys, "true", now);
        Setup.Print($"read into memory: {table.People.Count:N0} x {table.Columns.Count} in {Stopwatch.GetElapsedTime(start).TotalSeconds:N2} s");
        return 0;
    }

    /// <summary>The best of three; every column is added up, so that none can be left out.</summary>
    private static async Task<(double Seconds, double Sum)> BestAsync(Database database, string sql, DateTimeOffset asOf)
    {
        var (best, sum) = (double.MaxValue, 0.0);
        var total = string.Join(" + ", Keys.Select(k => $"coalesce(sum({k}), 0)"));
        for (var i = 0; i < 3; i++)
        {
            var start = Stopwatch.GetTimestamp();
            sum = await database.ScalarAsync<double>($"select {total} + sum(length(person)) * 0 from ({sql}) f", new { AsOf = asOf });
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return (best, sum);
    }
}
