using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Imports;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Learning;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Privacy;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Quality;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Profiles;

/// <summary>An erased person is in no table any more and, after the compaction, in no byte of the store's folder; the shop's totals stay.</summary>
public class ErasureTests
{
    internal const string Email = "ada.lovelace@example.com";

    /// <summary>The engines, with the shop's user id a number or the e-mail address itself.</summary>
    public static TheoryData<Engine, string> Shops => new() { { Engine.DuckDb, "user-4711" }, { Engine.DuckDb, Email }, { Engine.Postgres, "user-4711" }, { Engine.Postgres, Email } };

    private static async Task<(TestStore Store, KeptAudit Audit)> OpenAsync(Engine engine, TimeProvider? time = null)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var audit = new KeptAudit();
        var store = await TestStore.OpenAsync(engine, [new QualityModule(), new IngestModule(), new ImportsModule(), new LiveMetricsModule(), new ProfilesModule(), new SegmentsModule(), new CatalogModule(), new LearningModule(), new PrivacyModule()], time,
            s => s.AddSingleton<IAuditLog>(audit).AddSingleton(new ShopClock(TimeProvider.System, TimeZoneInfo.Utc)));
        return (store, audit);
    }

    internal static PersonErasure Erasure(TestStore store) => store.Services.CreateScope().ServiceProvider.GetRequiredService<PersonErasure>();

    /// <summary>Ada under two keys in every corner of the store, and somebody else beside her.</summary>
    internal static async Task FillAsync(TestStore store, string ada)
    {
        await store.Writer.AppendAsync([
            Make.Event("v1", EventNames.ProductViewed, user: null, anonymous: "device-99", product: "p1"),
            Make.Event("v2", type: EventTypes.Identify, user: ada, anonymous: "device-99", traits: $$"""{"email":"{{Email}}","name":"Ada","emailConsent":true}"""),
            Make.Event("v3", EventNames.ProductsSearched, user: ada, query: "a present for ada", at: Make.Noon.AddMinutes(1)),
            Make.Event($"order-{ada}-1", EventNames.OrderCompleted, user: ada, revenue: 30m, order: "o1", at: Make.Noon.AddMinutes(2), properties: $$"""{"ship_to":"{{Email}}"}"""),
            Make.Event($"order-{ada}-1#1", EventNames.OrderCompleted, user: ada, type: EventTypes.Item, product: "p1", price: 10m, quantity: 3, order: "o1", at: Make.Noon.AddMinutes(2)),
            Make.Event("refund-1", EventNames.OrderRefunded, user: ada, revenue: -10m, order: "o1", at: Make.Noon.AddMinutes(3)),
            Make.Event("other-1", EventNames.OrderCompleted, user: "bob", revenue: 5m, order: "o2", traits: """{"email":"bob@example.com"}"""),
        ]);
        using var scope = store.Services.CreateScope();
        await scope.ServiceProvider.GetRequiredService<PersonTraits>().SetAsync(ada, "note", System.Text.Json.Nodes.JsonValue.Create($"writes as {Email}"), "Mia");
        await store.Writer.AppendAsync([Make.Event("second-1", user: "device-99-second", at: Make.Noon.AddMinutes(4))]);
        var merges = scope.ServiceProvider.GetRequiredService<MergeService>();
        await merges.DismissAsync(ada, "bob", "Mia");
        Assert.Equal(MergeResult.Done, await merges.MergeAsync((await merges.PreviewAsync(ada, "device-99-second")).Preview!, "by hand", "Mia"));
        await store.Database.ExecuteAsync("insert into segment_members (segment_id, user_id, entered_at) values (1, @Ada, now()), (1, 'bob', now())", new { Ada = ada });
        var arrival = new Arrival(Make.Noon, "test");
        var rejection = new Rejection(RejectionCodes.InvalidValue, "properties.revenue", "is not a number.");
        await store.Services.GetRequiredService<RejectsStore>().AddAsync([
            Reject.Of(arrival, rejection, $$"""{"userId":"{{ada}}"}"""), Reject.Of(arrival, rejection, $$"""{"traits":{"email":"{{Email.ToUpperInvariant()}}"} }"""),
            Reject.Of(arrival, rejection, """{"anonymousId":"device-99"}"""), Reject.Of(arrival, rejection, """{"userId":"bob","n":4711}"""),
        ], default);
        var file = Path.Combine(store.Folder, "in.ndjson");
        await File.WriteAllLinesAsync(file, [$$"""{"type":"track","event":"Cart Viewed","messageId":"file-1","userId":"{{ada}}","timestamp":"2026-03-10T13:00:00Z"}""", $$"""{"broken":"{{Email}}","userId":"{{ada}}" """]);
        var report = await store.Services.GetRequiredService<ImportService>().RunAsync(new ImportRequest("ndjson", [file]));
        Assert.Equal((1, 1), (report.Created, report.Skipped));
        File.Delete(file);
    }

    private sealed record Report(bool Kept, string Models);

    /// <returns>Tables with a row that holds the word.</returns>
    internal static async Task<List<string>> TablesWithAsync(TestStore store, string word)
    {
        var found = new List<string>();
        foreach (var table in await store.Database.QueryAsync<string>("select table_name from information_schema.tables where table_schema in ('public', 'main') order by 1"))
            if (await store.Database.ScalarAsync<long>($"select count(*) from \"{table}\" t where position(@Word in lower(cast(t as text))) > 0", new { Word = word.ToLowerInvariant() }) > 0) found.Add(table);
        return found;
    }

    private static Task<KpiValues> TotalsAsync(TestStore store) =>
        store.Services.GetRequiredService<KpiService>().ValuesAsync(new TimeRange(Make.Noon.AddDays(-1), Make.Noon.AddDays(1)));

    [Theory, MemberData(nameof(Shops))]
    public async Task Nothing_names_an_erased_person_and_the_totals_stay(Engine engine, string ada)
    {
        var (store, audit) = await OpenAsync(engine);
        await using var _ = store;
        await FillAsync(store, ada);
        var (days, day) = (store.Services.GetRequiredService<DayStore>(), new TimeRange(Make.Noon.AddHours(-12), Make.Noon.AddHours(12)));
        Assert.True(await days.FillAsync(day, await days.ClaimAsync(day, "UTC"), Make.Noon, default));
        Assert.Contains("events", await TablesWithAsync(store, "device-99"));
        Assert.Superset(new HashSet<string> { "profiles", "rejects", "imports" }, (await TablesWithAsync(store, Email)).ToHashSet());
        var before = await TotalsAsync(store);

        var stated = await Erasure(store).CountAsync("anon:device-99");
        var erased = await Erasure(store).EraseAsync("anon:device-99");

        Assert.Equal(stated, erased);
        Assert.Equal([("events", 6), ("profiles", 1), ("search words", 1), ("keys", 2), ("merges", 3), ("orders", 2), ("rejects", 3), ("import marks", 1), ("import rows", 1), ("import traits", 0), ("replaced rows", 0), ("summarised days", 5), ("consents", 1), ("trait changes", 1), ("dismissals", 1), ("stays", 1)], erased!.Select(r => (r.Kind, r.Count)));
        foreach (var word in new[] { ada, Email, "device-99", "present for ada" }) Assert.Empty(await TablesWithAsync(store, word));
        var after = await TotalsAsync(store);
        Assert.Equal((before.Orders, before.GrossRevenue, before.Refunds, before.Units), (after.Orders, after.GrossRevenue, after.Refunds, after.Units));
        Assert.Equal(["bob"], await store.Database.QueryAsync<string>("select user_id from profiles"));
        Assert.Equal(1, await store.Database.ScalarAsync<long>("select count(*) from segment_members"));
        Assert.Equal(1, await store.Database.ScalarAsync<long>("select count(*) from rejects"));
        Assert.Equal("person.erased", audit.Entries[^1].Action);
        Assert.Equal((true, "[]"), await store.Database.FirstOrDefaultAsync<Report>("select keep_totals as Kept, models as Models from erasure_reports") is { } report ? (report.Kept, report.Models) : default);
        Assert.Null(await Erasure(store).EraseAsync(ada));
    }

    [Theory, MemberData(nameof(Shops))]
    public async Task Somebody_who_comes_back_begins_anew(Engine engine, string ada)
    {
        var (store, _) = await OpenAsync(engine);
        await using var __ = store;
        await FillAsync(store, ada);
        await Erasure(store).EraseAsync(ada);
        await store.Writer.AppendAsync([Make.Event("new-1", user: null, anonymous: "device-99"), Make.Event("refund-1", EventNames.OrderRefunded, user: ada, revenue: -10m)]);
        // The device is nobody's any more, and what stayed for the totals is not stored a second time.
        Assert.Equal(["anon:device-99", "bob"], await store.Database.QueryAsync<string>("select user_id from profiles order by 1"));
        Assert.Equal(1, await store.Database.ScalarAsync<long>("select events from profiles where user_id = 'anon:device-99'"));
    }

    [Fact]
    public async Task The_erased_leave_the_disk_at_the_scheduled_time()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var (store, _) = await OpenAsync(Engine.DuckDb, time);
        await using var __ = store;
        var compaction = store.Services.GetRequiredService<Compaction>();
        await FillAsync(store, Email);
        await store.Database.ExecuteAsync("force checkpoint");
        await store.Database.QueryAsync<long>("select nextval('segments_id') from generate_series(1, 41)");
        Assert.False(await compaction.RunIfDueAsync());
        await Erasure(store).EraseAsync(Email);
        Assert.NotEmpty(FilesWith(store.Folder, Email));
        Assert.False(await compaction.RunIfDueAsync());
        time.Advance(TimeSpan.FromMinutes(61));
        Assert.True(await compaction.RunIfDueAsync());
        Assert.Empty(FilesWith(store.Folder, Email));
        Assert.Empty(FilesWith(store.Folder, "device-99"));
        Assert.False(await compaction.RunIfDueAsync());
        // The store is what it was: numbers go on, what was stored is known, keys are kept.
        Assert.Equal(42, await store.Database.ScalarAsync<long>("select nextval('segments_id')"));
        Assert.Equal(0, (await store.Writer.AppendAsync([Make.Event("other-1")])).Stored);
        await Assert.ThrowsAnyAsync<Exception>(() => store.Database.ExecuteAsync("insert into compaction (id) values (1)"));
        await store.RestartAsync();
        Assert.Equal(["bob"], await store.Database.QueryAsync<string>("select user_id from profiles"));
    }

    internal static List<string> FilesWith(string folder, string text) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => Read(f).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0)];

    private static byte[] Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    [Theory, MemberData(nameof(Shops))]
    public async Task What_is_counted_is_handed_out(Engine engine, string ada)
    {
        var (store, audit) = await OpenAsync(engine);
        await using var _ = store;
        await FillAsync(store, ada);
        using var scope = store.Services.CreateScope();
        var export = scope.ServiceProvider.GetRequiredService<PersonExport>();

        var tables = (await export.ReadAsync("anon:device-99"))!;

        var counted = (await Erasure(store).CountAsync(ada))!.Where(r => r.Count > 0).ToDictionary(r => r.Kind);
        var handed = tables.ToDictionary(t => t.Kind, t => t.Rows.Count);
        Assert.DoesNotContain(counted.Keys, k => k is not "merges" && !handed.ContainsKey(k));
        foreach (var kind in new[] { "events", "profiles", "keys", "consents", "trait changes", "stays", "rejects" }) Assert.Equal(counted[kind].Count, handed[kind]);
        var json = System.Text.Encoding.UTF8.GetString(export.Json(tables));
        Assert.Contains(Email, json, StringComparison.Ordinal);
        Assert.DoesNotContain("bob", json, StringComparison.Ordinal);
        using var zip = new System.IO.Compression.ZipArchive(new MemoryStream(PersonExport.Zip(tables)));
        Assert.Equal(handed.Keys.Select(k => k.Replace(' ', '-') + ".csv").Order(StringComparer.Ordinal), zip.Entries.Select(e => e.Name).Order(StringComparer.Ordinal));
        Assert.Equal("person.exported", audit.Entries[^1].Action);
        Assert.Null(await export.ReadAsync("nobody"));
    }

    [Theory, MemberData(nameof(Shops))]
    public async Task Everything_goes_when_the_totals_need_not_stay(Engine engine, string ada)
    {
        var (store, _) = await OpenAsync(engine);
        await using var __ = store;
        await FillAsync(store, ada);
        var stated = await Erasure(store).CountAsync(ada, keepTotals: false);
        Assert.DoesNotContain(stated!, r => r.Kept);
        Assert.Equal(stated, await Erasure(store).EraseAsync(ada, keepTotals: false));
        Assert.Equal(1, await store.Database.ScalarAsync<long>("select count(*) from events"));
        Assert.Equal(5m, (await TotalsAsync(store)).GrossRevenue);
    }
}
