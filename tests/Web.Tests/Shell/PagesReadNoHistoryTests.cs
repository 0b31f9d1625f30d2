using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using BehaviorDashboard.Accounts;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace BehaviorDashboard.WebTests.Shell;

/// <summary>
/// Nobody who opens a page waits until a shop's history was read: every page of the demo shop that a link leads to is opened, and the
/// server tells how many rows of <c>events</c> each statement read.
/// </summary>
public sealed partial class PagesReadNoHistoryTests
{
    /// <summary>Of the events before the newest days: far more than one person has, far less than a month.</summary>
    private const double MostOfPast = 0.1;

    private const int FewestKinds = 55;

    /// <summary>Pages of the same kind that are opened.</summary>
    private const int MostOfAKind = 3;

    private sealed class ListenedShop : PostgresHost
    {
        private readonly AsyncLocal<bool> _isPage = new();

        public ListenedConnections Told { get; private set; } = null!;

        protected override bool Demo => true;

        protected override bool WithPeople => false;

        // What a page begins beside itself flows on without this mark.
        protected override void ChangeServices(IServiceCollection services) => services
            .AddSingleton<IConnectionSource>(p => Told = new ListenedConnections(p.GetRequiredService<IOptions<StorageOptions>>().Value.Postgres!, "-c jit=off -c enable_seqscan=off -c auto_explain.log_analyze=on", () => _isPage.Value))
            .AddSingleton<IStartupFilter>(new Marker(_isPage));

        private sealed class Marker(AsyncLocal<bool> isPage) : IStartupFilter
        {
            public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
            {
                app.Use((http, go) =>
                {
                    isPage.Value = http.Request.Headers.ContainsKey(Mark);
                    return go(http);
                });
                next(app);
            };
        }
    }

    private const string Mark = "X-Page";

    [GeneratedRegex("^events(_p|$)")]
    private static partial Regex Events();

    [GeneratedRegex("href=\"(?<to>/?[a-z][^\":#]*)\"")]
    private static partial Regex Link();

    [GeneratedRegex("^(culture|css|js|fonts|icons|lib|_)|[.](csv|json|svg|woff2|css|js)$")]
    private static partial Regex NoPage();

    [GeneratedRegex("[0-9]+|(?<=^customers/|^reviews/|^products/)(?!duplicates|incidents|products|catalogue)[^/?]+")]
    private static partial Regex Name();

    [Fact]
    public async Task No_page_reads_the_history_of_the_shop()
    {
        Assert.SkipWhen(TestStore.Missing(Engine.Postgres) is not null, TestStore.Missing(Engine.Postgres) ?? "");
        await using var shop = new ListenedShop { Settings = { ["Demo:Scale"] = "0.2", ["Demo:BackfillDays"] = "60" } };
        await shop.InitializeAsync();
        var database = shop.Services.GetRequiredService<Database>();
        var all = await HistoryAsync(database);
        // At this size the coarse indexes of time take a month for one piece. And a shop's past was not told today.
        await database.ExecuteAsync("update events set received_at = occurred_at; create index events_instant on events (occurred_at); create index events_told on events (received_at); analyze;");
        var newest = await database.ScalarAsync<long>("select count(*) from events where occurred_at >= now() - interval '3 days'");
        var most = newest + (all - newest) * MostOfPast;
        await shop.Services.GetServices<IHostedService>().OfType<DayKeeper>().Single().RunAsync(TestContext.Current.CancellationToken);
        using var admin = await shop.SignInAsync(DemoMode.People.First(p => p.Role == Access.Admin).Email, DemoMode.Password);
        admin.DefaultRequestHeaders.Add(Mark, "1");
        var (faults, opened) = (new List<string>(), new Dictionary<string, int>());
        var queue = new Queue<string>([""]);
        while (queue.TryDequeue(out var address))
        {
            var kind = Name().Replace(address.Split('?')[0], "*");
            if (opened.GetValueOrDefault(kind) >= MostOfAKind) continue;
            opened[kind] = opened.GetValueOrDefault(kind) + 1;
            shop.Told.Take();
            using var answer = await WebHost.PageAsync(admin, "/" + address);
            var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            if (answer.StatusCode != HttpStatusCode.OK) faults.Add($"/{address} answered {answer.StatusCode}");
            foreach (var told in shop.Told.Take())
                if (ReadOf(told.GetProperty("Plan")) is var rows && rows > most) faults.Add($"/{address} read {rows:N0} events, not {most:N0} of {all:N0} at most: {told.GetProperty("Query Text").GetString()}");
            foreach (Match link in Link().Matches(html))
                if (WebUtility.HtmlDecode(link.Groups["to"].Value).TrimStart('/') is var to && !NoPage().IsMatch(to)) queue.Enqueue(to);
        }
        Assert.True(opened.Count >= FewestKinds, $"Only {string.Join(", ", opened.Keys)} were opened.");
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
    }

    /// <returns>How many events there are once the history is in.</returns>
    private static async Task<long> HistoryAsync(Database database)
    {
        for (var before = -1L; ; await Task.Delay(3_000, TestContext.Current.CancellationToken))
        {
            var all = await database.ScalarAsync<long>("select count(*) from events");
            if (all - before is >= 0 and < 10 && await database.ScalarAsync<bool>("select exists (select 1 from events where occurred_at < now() - interval '58 days')")) return all;
            before = all;
        }
    }

    /// <returns>Rows of events that a plan looked at, whether it kept them or not.</returns>
    private static double ReadOf(JsonElement node)
    {
        var rows = node.TryGetProperty("Relation Name", out var relation) && Events().IsMatch(relation.GetString()!) 
            ? (node.GetProperty("Actual Rows").GetDouble() + (node.TryGetProperty("Rows Removed by Filter", out var left) ? left.GetDouble() : 0)) * node.GetProperty("Actual Loops").GetDouble()
            : 0;
        return rows + (node.TryGetProperty("Plans", out var plans) ? plans.EnumerateArray().Sum(ReadOf) : 0);
    }
}
