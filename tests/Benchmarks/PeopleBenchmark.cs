using System.Diagnostics;
using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Benchmarks;

/// <summary>
/// The list of people with a million of them, on both engines: each order at its first page and deep inside, searches, filters,
/// the number of matches, and who may be one. A third is known, a fifth has ordered.
/// </summary>
internal static class PeopleBenchmark
{
    private const int Repeats = 9;

    private const string Fill = """
        insert into profiles (user_id, is_known, first_seen, last_seen, events, sessions, page_views, product_views, searches, cart_adds, checkouts, orders, units, refunds, reviews,
            rating_sum, revenue, refunded, first_order_at, last_order_at, email, name, traits)
        select case when g % 3 = 0 then 'u' || g else 'anon:' || md5(cast(g as text)) end, g % 3 = 0, cast(@Now as timestamptz) - (g % 525600) * interval '1 minute' - 90 * interval '1 day', cast(@Now as timestamptz) - (g % 525600) * interval '1 minute',
            20, 4, 8, 6, 1, 1, 0, case when g % 5 = 0 then g % 7 + 1 else 0 end, case when g % 5 = 0 then 3 else 0 end, 0, 0, 0, case when g % 5 = 0 then (g % 9973) * 1.5 else 0 end, 0,
            case when g % 5 = 0 then cast(@Now as timestamptz) - (g % 525600 + 1000) * interval '1 minute' end, case when g % 5 = 0 then cast(@Now as timestamptz) - (g % 525600) * interval '1 minute' end,
            case when g % 3 = 0 then 'person' || g || '@shop.example' end, case when g % 3 = 0 then 'Person ' || g end,
            case when g % 3 = 0 then cast('{"name":"Person ' || g || '","email":"person' || g || '@shop.example","country":"' || case when g % 4 = 0 then 'CN' else 'DE' end || '"}' as json) end
        from generate_series(cast(@First as integer), cast(@Last as integer)) as s(g)
        """;

    private const string Consents = """
        insert into consents (user_id, purpose, granted, changed_at, recorded_at, source)
        select user_id, 'marketing_email', events + orders > 21, last_seen, last_seen, 'bench' from profiles where is_known
        """;

    private const string Words = "insert into people_search (user_id, words) select user_id, lower(email || chr(10) || name) from profiles where is_known";

    private const string Members = "insert into segment_members (segment_id, user_id, entered_at) select 1, user_id, last_seen from profiles where is_known and orders > 0";

    public static async Task<int> RunAsync(string[] args)
    {
        var people = Setup.Option(args, "--people", 1_000_000);
        var engines = new[] { Engine.DuckDb, Engine.Postgres }.Where(e => TestStore.Missing(e) is null).ToList();
        var tables = new List<Dictionary<string, double>>();
        foreach (var engine in engines) tables.Add(await AskAsync(engine, people));
        Setup.Print($"| ms, {people.ToString("N0", CultureInfo.InvariantCulture)} people | {string.Join(" | ", engines)} |");
        Setup.Print("|---|" + string.Concat(engines.Select(_ => "---|")));
        foreach (var name in tables[0].Keys) Setup.Print($"| {name} | {string.Join(" | ", tables.Select(t => t[name].ToString("N1", CultureInfo.InvariantCulture)))} |");
        return 0;
    }

    private static async Task<Dictionary<string, double>> AskAsync(Engine engine, int size)
    {
        await using var store = await TestStore.OpenAsync(engine, [new ProfilesModule(), new SegmentsModule()],
            more: s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(TimeProvider.System, TimeZoneInfo.Utc)));
        var now = DateTimeOffset.UtcNow;
        for (var first = 1; first <= size; first += 200_000) await store.Database.ExecuteAsync(Fill, new { Now = now, First = first, Last = Math.Min(size, first + 199_999) });
        await store.Database.ExecuteAsync(Words);
        await store.Database.ExecuteAsync(Consents);
        await store.Database.ExecuteAsync(Members);
        await store.Database.ExecuteAsync("analyze profiles; analyze people_search; analyze consents; analyze segment_members");
        await using var scope = store.Services.CreateAsyncScope();
        var (list, merges) = (scope.ServiceProvider.GetRequiredService<PeopleService>(), scope.ServiceProvider.GetRequiredService<MergeService>());
        var times = new Dictionary<string, double>();
        foreach (var sort in PeopleQuery.Sorts)
        {
            await TimeAsync(times, $"by {sort}, first page", () => list.PageAsync(new PeopleQuery { Sort = sort }));
            // The middle of those who are in the first part of the order.
            var deep = (await store.Database.FirstOrDefaultAsync<string>(sort switch
            {
                "revenue" => Middle("cast(revenue - refunded as text)", "revenue - refunded", size / 10), "orders" => Middle("cast(orders as text)", "orders", size / 10),
                _ => Middle("cast(1 as text)", sort == "ordered" ? "last_order_at" : "last_seen", sort == "ordered" ? size / 10 : size / 2),
            }))!;
            if (sort is "seen" or "ordered")
            {
                var person = (await list.FindAsync(deep.Split('~', 3)[2]))!;
                deep = string.Create(CultureInfo.InvariantCulture, $"0~{(sort == "seen" ? person.LastSeen : person.LastOrderAt!.Value).UtcTicks}~{person.Key}");
            }
            await TimeAsync(times, $"by {sort}, a page in the middle", () => list.PageAsync(new PeopleQuery { Sort = sort, After = deep }));
        }
        await TimeAsync(times, "the number of all", () => list.CountAsync(new PeopleQuery()));
        foreach (var (name, query) in new (string, PeopleQuery)[]
        {
            ("search that finds few", new PeopleQuery { Text = "person 99999" }), ("search that finds nobody", new PeopleQuery { Text = "no such person" }), ("search that finds a third", new PeopleQuery { Text = "person" }), ("search by two letters", new PeopleQuery { Text = "xq" }), ("search by key", new PeopleQuery { Text = "u99999" }),
            ("buyers of some revenue, by last seen", new PeopleQuery { Who = "buyers", RevenueFrom = 9_000 }), ("a country, by revenue", new PeopleQuery { Country = "CN", Sort = "revenue" }),
            ("members of a segment, by orders", new PeopleQuery { Set = "segment:1", Sort = "orders" }), ("without consent to e-mail", new PeopleQuery { Consent = "-marketing_email" }),
        })
        {
            await TimeAsync(times, name, () => list.PageAsync(query));
            await TimeAsync(times, name + ": their number", () => list.CountAsync(query));
        }
        await TimeAsync(times, "who may be one", () => merges.SuggestionsAsync());
        return times;
    }

    private static string Middle(string value, string measure, int offset) =>
        $"select '0~' || {value} || '~' || user_id from profiles where {(measure == "last_seen" ? "true" : "orders > 0")} order by {measure} desc, user_id desc limit 1 offset {offset.ToString(CultureInfo.InvariantCulture)}";

    private static async Task TimeAsync(Dictionary<string, double> times, string name, Func<Task> work)
    {
        await work();
        var all = new List<double>();
        for (var i = 0; i < Repeats; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await work();
            all.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        times[name] = all.Order().ElementAt(Repeats / 2);
    }
}
