using System.Diagnostics;
using System.Globalization;
using System.Text;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Benchmarks;

/// <summary>
/// How the pages' questions and a start grow with the store: the same year of a shop ten, then fifty times as large. One
/// event in fifty is an order with one line, one in twenty-five a search; a visit has about sixteen events; most people have few, some very many.
/// </summary>
internal static class GrowthBenchmark
{
    private const int EventsPerPerson = 20;
    private const int Repeats = 9;

    private const string FillEvents = """
        insert into events (message_id, received_at, occurred_at, user_id, session_id, type, name, product_id, category, price, quantity, currency, revenue, order_id, query, properties, source_id)
        select md5(cast(g as text)), t, t, 'u' || cast(floor(power((hash(visit) % 1000003) / 1000003.0, 2.2) * @People) as bigint), 's' || visit,
            case when k = 1 then 'item' when k % 10 = 9 then 'page' else 'track' end,
            case when k < 2 then 'Order Completed' when k % 10 = 9 then 'page' when k < 4 then 'Products Searched' when k < 6 then 'Product Added' when k = 6 then 'Checkout Started' else 'Product Viewed' end,
            case when k = 1 or k > 3 then 'p' || (hash(g // 50) % 5000) end, case when k = 1 or k > 3 then 'c' || (hash(g // 50) % 40) end,
            case when k = 1 or k > 3 then 5 + hash(g // 50) % 95 end, case when k = 1 then 1 end, 'USD', case when k = 0 then 5 + hash(g // 50) % 95 end,
            case when k < 2 then 'o' || (g // 50) end, case when k in (2, 3) then 'q' || (hash(g) % 500) end,
            case when k in (2, 3) then '{"results":' || (hash(g) % 12) || '}' else '{"list":"search"}' end, 'bench'
        from (select g, g % 50 as k, (g // 200000) * 20000 + hash(g // 10) % 20000 as visit,
                cast(@Now as timestamptz) - to_microseconds(cast((@Events - g) * 31536000e6 / @Events as bigint)) as t
            from generate_series(cast(@First as bigint), cast(@Last as bigint)) as s(g)) x
        """;

    private const string FillProfiles = """
        insert into profiles (user_id, is_known, first_seen, last_seen, events, sessions, page_views, product_views, searches, cart_adds, checkouts, orders, units, refunds, reviews,
            rating_sum, revenue, refunded, first_order_at, last_order_at, email, name, traits)
        select user_id, true, min(occurred_at), max(occurred_at), count(*) filter (where type <> 'item'), count(distinct session_id), count(*) filter (where type = 'page'),
            count(*) filter (where name = 'Product Viewed'), count(*) filter (where name = 'Products Searched'), count(*) filter (where name = 'Product Added'), count(*) filter (where name = 'Checkout Started'),
            count(*) filter (where type = 'track' and name = 'Order Completed'), coalesce(sum(quantity), 0), 0, 0, 0, coalesce(sum(revenue), 0), 0,
            min(occurred_at) filter (where type = 'track' and name = 'Order Completed'), max(occurred_at) filter (where type = 'track' and name = 'Order Completed'),
            user_id || '@shop.example', 'Person ' || user_id, '{"name":"Person ' || user_id || '"}'
        from events group by user_id
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        var (from, to) = (Setup.Option(args, "--from", 1_000_000), Setup.Option(args, "--to", 10_000_000));
        var sizes = new List<int> { 0 };
        for (var size = from; size < to; size *= 10) sizes.Add(size);
        sizes.Add(to);
        var table = new List<Dictionary<string, double>>();
        foreach (var size in sizes)
        {
            var folder = Directory.CreateTempSubdirectory("behavior-growth-").FullName;
            try
            {
                var times = new Dictionary<string, double>();
                await AskAsync(folder, size, times);
                await StartAsync(folder, times);
                table.Add(times);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        Print(sizes, table);
        return 0;
    }

    private static async Task AskAsync(string folder, int events, Dictionary<string, double> times)
    {
        await using var store = await TestStore.OpenAsync(Engine.DuckDb, [new LiveMetricsModule(), new ProfilesModule(), new CatalogModule()], keepIn: folder,
            more: s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(TimeProvider.System, TimeZoneInfo.Utc)));
        var now = DateTimeOffset.UtcNow;
        for (var first = 1; first <= events; first += 2_000_000)
            await store.Database.ExecuteAsync(FillEvents, new { People = events / EventsPerPerson, Events = (double)events, Now = now, First = first, Last = Math.Min(events, first + 1_999_999) });
        await store.Database.ExecuteAsync(FillProfiles);
        await store.RestartAsync();
        times["people"] = await store.Database.ScalarAsync<long>("select count(*) from profiles");

        await using var scope = store.Services.CreateAsyncScope();
        var (kpis, people) = (store.Services.GetRequiredService<KpiService>(), scope.ServiceProvider.GetRequiredService<PeopleService>());
        var products = store.Services.GetRequiredService<ProductService>();
        async Task ProductsAsync(int _)
        {
            await products.PageAsync(new ProductQuery(), TimeRange.Last(TimeSpan.FromDays(30), now));
            await products.TotalsAsync("", TimeRange.Last(TimeSpan.FromDays(30), now));
        }
        var feed = store.Services.GetRequiredService<LiveFeed>();
        var started = Stopwatch.GetTimestamp();
        await feed.StartAsync(default);
        while (feed.Snapshot().CatchingUp) await Task.Delay(1);
        times["live, start"] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        await feed.StopAsync(default);

        await TimeAsync(times, "home, 30 days and the 30 before, before days are summarised", _ => kpis.ReportAsync(TimeRange.Last(TimeSpan.FromDays(30), now), compare: true));
        await TimeAsync(times, "products over 30 days, with their number, before days are summarised", ProductsAsync);
        started = Stopwatch.GetTimestamp();
        var made = await store.Services.GetRequiredService<DayKeeper>().RunAsync();
        if (made > 0) times["to summarise a day or an hour, in the mean"] = Stopwatch.GetElapsedTime(started).TotalMilliseconds / made;
        await TimeAsync(times, "home, 30 days and the 30 before", _ => kpis.ReportAsync(TimeRange.Last(TimeSpan.FromDays(30), now), compare: true));
        await TimeAsync(times, "home, 24 hours and the 24 before", _ => kpis.ReportAsync(TimeRange.Last(TimeSpan.FromDays(1), now), compare: true));
        await TimeAsync(times, "products over 30 days, with their number", ProductsAsync);
        foreach (var sort in PeopleQuery.Sorts)
            await TimeAsync(times, $"people by {sort}, with their number", async _ =>
            {
                await people.PageAsync(new PeopleQuery { Sort = sort });
                await people.CountAsync(new PeopleQuery { Sort = sort });
            });
        await TimeAsync(times, "people, a search", i => people.PageAsync(new PeopleQuery { Text = $"person u{i + 1}7" }));
        var keys = await store.Database.QueryAsync<string>("select user_id from profiles order by md5(user_id) limit @Repeats", new { Repeats = Repeats + 1 });
        if (keys.Count > 0)
            await TimeAsync(times, "a person and 50 lines of the timeline", async i =>
            {
                var person = await people.FindAsync(keys[i]);
                await people.TimelineAsync(person!, await people.IdentitiesAsync(person!), null, 50);
            });
    }

    private static async Task TimeAsync(Dictionary<string, double> times, string name, Func<int, Task> work)
    {
        await work(Repeats);
        var all = new List<double>();
        for (var i = 0; i < Repeats; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await work(i);
            all.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        times[name] = all.Order().ElementAt(Repeats / 2);
    }

    /// <summary>The product as a process: to the first page, and to the first event accepted, which waits until all ids stored are known.</summary>
    private static async Task StartAsync(string folder, Dictionary<string, double> times)
    {
        var key = await Setup.KeyAsync(folder, "write");
        var (pages, events) = (new List<double>(), new List<double>());
        for (var i = 0; i < 3; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await using var product = await ProductProcess.StartAsync(folder);
            using var browser = new HttpClient();
            browser.DefaultRequestHeaders.Add("Accept", "text/html");
            (await browser.GetAsync(product.Address)).EnsureSuccessStatusCode();
            pages.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            using var http = Setup.Client(product.Address, key);
            await Setup.PostAsync(http, Encoding.UTF8.GetBytes($$"""{"batch":[{"type":"track","event":"Product Viewed","userId":"u1","messageId":"start-{{i}}"}]}"""));
            events.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        times["start to the first page"] = pages.Order().ElementAt(1);
        times["start to the first event accepted"] = events.Order().ElementAt(1);
    }

    private static void Print(List<int> sizes, List<Dictionary<string, double>> table)
    {
        Setup.Print("| ms | " + string.Join(" | ", sizes.Select(s => s == 0 ? "empty" : s.ToString("N0", CultureInfo.InvariantCulture) + " events")) + " | largest against the one before |");
        Setup.Print("|---|" + string.Concat(sizes.Select(_ => "---|")) + "---|");
        foreach (var name in table[^1].Keys)
        {
            var growth = table[^2].TryGetValue(name, out var before) && before > 0 && sizes[^2] > 0 ? (table[^1][name] / before).ToString("N1", CultureInfo.InvariantCulture) + " ×" : "";
            Setup.Print($"| {name} | " + string.Join(" | ", table.Select(t => t.TryGetValue(name, out var time) ? time.ToString("N0", CultureInfo.InvariantCulture) : "–")) + $" | {growth} |");
        }
    }
}
