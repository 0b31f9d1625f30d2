using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>What was in the embedded store is in PostgreSQL, row for row, however often the move was interrupted.</summary>
public class MoveStoreTests
{
    private static readonly FakeTimeProvider Time = new(Make.Noon.AddDays(1));

    private static Task<TestStore> OpenAsync(string? postgres = null)
    {
        Assert.SkipWhen(TestStore.Missing(Engine.Postgres) is not null, TestStore.Missing(Engine.Postgres) ?? "");
        return TestStore.OpenAsync(Engine.DuckDb, [new ProfilesModule(), new SegmentsModule(), new CatalogModule(), new LiveMetricsModule()], Time,
            s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(Time, TimeZoneInfo.Utc)), postgres is null ? null : new Dictionary<string, string?> { ["Storage:Postgres"] = postgres });
    }

    private static StoreMove Move(TestStore store) =>
        new(store.Services.GetRequiredService<IConnectionSource>(), store.Database, store.Services.GetRequiredService<Upgrade>(), Time) { Rows = 100 };

    private static Task FillAsync(TestStore store, string prefix, int from, int count)
    {
        return store.Writer.AppendAsync([.. Enumerable.Range(from, count).Select(i => (i % 6) switch
        {
            0 => Make.Event($"{prefix}{i}", EventNames.OrderCompleted, $"u{i % 40}", at: Make.Noon.AddSeconds(i), revenue: 10.5m + i, order: $"o{i}", properties: """{"discount":"2.50","x":"商品 \" ü"}"""),
            1 => Make.Event($"{prefix}{i}", "Product Reviewed", $"u{i % 40}", at: Make.Noon.AddSeconds(i), rating: 1 + i % 5, product: "p1"),
            2 => Make.Event($"{prefix}{i}", "", $"u{i % 40}", $"a{i % 40}", Make.Noon.AddSeconds(i), "identify", traits: $$"""{"email":"u{{i % 40}}@shop.example","emailConsent":true}"""),
            3 => Make.Event($"{prefix}{i}", "Home", null, $"a{i % 60}", Make.Noon.AddSeconds(i), "page"),
            4 => Make.Event($"{prefix}{i}", "Products Searched", $"u{i % 40}", at: Make.Noon.AddSeconds(i), query: "红 茶"),
            _ => Make.Event($"{prefix}{i}", "Custom", null, null, Make.Noon.AddSeconds(i)),
        })]);
    }

    private static async Task<IReadOnlyList<TableSum>> SumsAsync(TestStore store)
    {
        await using var connection = await store.Services.GetRequiredService<IConnectionSource>().OpenAsync(CancellationToken.None);
        return [.. (await TableReader.SumAllAsync(connection, null, null, CancellationToken.None)).Where(s => s.Table is not ("schema_journal" or "store_move" or "event_ids"))];
    }

    private static async Task<(KpiValues Kpis, long Segment)> FiguresAsync(TestStore store)
    {
        await using var scope = store.Services.CreateAsyncScope();
        var kpis = await store.Services.GetRequiredService<KpiService>().ReportAsync(new TimeRange(Make.Noon.AddDays(-1), Make.Noon.AddDays(2)), compare: false);
        return (kpis.Now, (await scope.ServiceProvider.GetRequiredService<SegmentService>().SizeAsync(new GroupRule("consent_marketing_email", "allowed"))).People);
    }

    [Fact]
    public async Task A_move_that_was_interrupted_goes_on_and_ends_with_the_same_rows_figures_and_segments()
    {
        await using var store = await OpenAsync();
        var postgres = await TestStore.CreateDatabaseAsync();
        try
        {
            await FillAsync(store, "m", 0, 1_000);
            await using (var scope = store.Services.CreateAsyncScope()) await scope.ServiceProvider.GetRequiredService<SegmentService>().OfGroupAsync(new GroupRule("consent_marketing_email", "allowed"), "May be mailed");
            var parts = 0;
            await Assert.ThrowsAsync<InvalidOperationException>(() => Move(store).RunAsync(postgres, line =>
            {
                if (line.Contains("rows are there", StringComparison.Ordinal) && ++parts == 4) throw new InvalidOperationException("killed");
            }, CancellationToken.None));
            // As the audit log has one.
            await using (var target = await OpenAsync(postgres))
                await target.Database.ExecuteAsync("""
                    create function refuse() returns trigger language plpgsql as 'begin raise exception ''append-only''; end';
                    create trigger append_only before update or delete or truncate on segments for each statement execute function refuse()
                    """);
            // Life goes on: events come, one person is erased out of a part that was copied.
            await FillAsync(store, "n", 1_000, 150);
            await store.Writer.ExclusiveAsync(session => session.EraseAsync(["u6"]));
            var report = await Move(store).RunAsync(postgres, _ => { }, CancellationToken.None);
            Assert.False(report.Live);
            Assert.Equal(0, (await Move(store).RunAsync(postgres, _ => { }, CancellationToken.None)).Copied);

            await using var moved = await OpenAsync(postgres);
            Assert.Equal("postgres", moved.Database.Dialect.Name);
            Assert.Equal(await SumsAsync(store), await SumsAsync(moved));
            Assert.Equal(await FiguresAsync(store), await FiguresAsync(moved));
            Assert.True(report.Tables.Single(t => t.Table == "events").Rows > 1_000);
            // The new store lives: it knows what it has, and numbers go on.
            Assert.Equal(1, (await moved.Writer.AppendAsync([Make.Event("m1", at: Make.Noon.AddDays(1)), Make.Event("own", at: Make.Noon.AddDays(1))])).Stored);
            Assert.True(await moved.Database.ScalarAsync<long>("select nextval('segments_id') - (select max(id) from segments)") > 0);
        }
        finally
        {
            await TestStore.DropDatabaseAsync(postgres);
        }
    }

    [Fact]
    public async Task A_database_with_a_life_of_its_own_is_left_alone()
    {
        await using var store = await OpenAsync();
        await FillAsync(store, "m", 0, 50);
        var postgres = await TestStore.CreateDatabaseAsync();
        try
        {
            await using (var other = await OpenAsync(postgres))
            {
                await FillAsync(other, "x", 0, 20);
                Assert.Contains("running", (await Assert.ThrowsAsync<BackupException>(() => Move(store).RunAsync(postgres, _ => { }, CancellationToken.None))).Message, StringComparison.Ordinal);
            }
            Assert.Contains("data of its own", (await Assert.ThrowsAsync<BackupException>(() => Move(store).RunAsync(postgres, _ => { }, CancellationToken.None))).Message, StringComparison.Ordinal);
            foreach (var wrong in (string[])["nonsense", "Host=127.0.0.1;Port=1;Database=x"])
                await Assert.ThrowsAsync<BackupException>(() => Move(store).RunAsync(wrong, _ => { }, CancellationToken.None));
        }
        finally
        {
            await TestStore.DropDatabaseAsync(postgres);
        }
    }
}
