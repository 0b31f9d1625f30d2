using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>A backup holds the store of one moment; what is put back is that store, and the one before is still there.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("behavior-backup-").FullName;

    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<TestStore> OpenAsync(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        return await TestStore.OpenAsync(engine);
    }

    private static BackupService Backups(TestStore store) => store.Services.GetRequiredService<BackupService>();

    private static Task<long> EventsAsync(TestStore store) => store.Database.ScalarAsync<long>("select count(*) from events");

    private static Task FillAsync(TestStore store, string prefix, int count) => store.Writer.AppendAsync([.. Enumerable.Range(0, count).Select(i =>
        Make.Event($"{prefix}-{i}", i % 2 == 0 ? "Order Completed" : "商品 viewed", user: $"u{i % 50}", at: Make.Noon.AddSeconds(i), revenue: i % 2 == 0 ? 12.3400m : null, traits: null,
            rating: i % 3 == 0 ? 4.5 : null, properties: i % 5 == 0 ? """{"a": "ü'\"", "b":[1,2]}""" : null))]);

    private Task<BackupReport> BackupAsync(TestStore store, string name = "one.bdbackup") => Backups(store).BackupAsync(Path.Combine(_folder, name), _ => { }, CancellationToken.None);

    private Task<RestoreReport> RestoreAsync(TestStore store, bool replace = false, string name = "one.bdbackup") => Backups(store).RestoreAsync(Path.Combine(_folder, name), replace, _ => { }, CancellationToken.None);

    [Theory, MemberData(nameof(Engines))]
    public async Task A_backup_made_while_events_arrive_is_of_one_moment_and_comes_back(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        await FillAsync(store, "a", 500);
        // A table no slice of ours has, a number that counts on, and bytes.
        await store.Database.ExecuteAsync("create sequence planted_id; create table planted (id bigint primary key default nextval('planted_id'), day date, data "
            + (engine == Engine.Postgres ? "bytea" : "blob") + ")");
        await store.Database.ExecuteAsync("insert into planted (day, data) values (cast('2026-01-31' as date), cast('abc' as " + (engine == Engine.Postgres ? "bytea" : "blob") + ")), (null, null)");
        await File.WriteAllTextAsync(Path.Combine(store.Folder, "demo.json"), "{}");
        using var done = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var n = 0; !done.IsCancellationRequested; n++) await FillAsync(store, $"w{n}", 20);
        });
        var report = await BackupAsync(store);
        await done.CancelAsync();
        await writing;
        Assert.Equal([report.File], Directory.GetFiles(_folder));
        var rows = report.Tables.ToDictionary(t => t.Table, t => t.Rows);
        Assert.Equal(2, rows["planted"]);
        Assert.True(rows["events"] >= 500);
        Assert.Contains("demo.json", report.Files);

        await using var other = await OpenAsync(engine);
        await RestoreAsync(other);
        Assert.Equal(rows["events"], await EventsAsync(other));
        // Rows of people and their events were copied in one moment.
        Assert.Equal(0, await other.Database.ScalarAsync<long>("select (select count(*) from events) - (select cast(coalesce(sum(events), 0) as bigint) from profiles)"));
        Assert.Equal(3, await other.Database.ScalarAsync<long>("insert into planted (day) values (null) returning id"));
        Assert.Equal("{}", await File.ReadAllTextAsync(Path.Combine(other.Folder, "demo.json")));
        Assert.Equal(1, (await other.Writer.AppendAsync([Make.Event("a-1"), Make.Event("new")])).Stored);
        await other.RestartAsync();
        Assert.Equal(rows["events"] + 1, await EventsAsync(other));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_store_with_data_gives_way_only_when_asked_and_is_kept(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        await FillAsync(store, "a", 30);
        await BackupAsync(store);
        await FillAsync(store, "b", 10);
        var refused = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(store));
        Assert.Contains("--replace", refused.Message, StringComparison.Ordinal);
        Assert.Equal(40, await EventsAsync(store));
        var report = await RestoreAsync(store, replace: true);
        Assert.Equal(30, await EventsAsync(store));
        if (engine == Engine.DuckDb) Assert.True(File.Exists(report.KeptAs));
        else
        {
            var kept = report.KeptAs["database ".Length..];
            Assert.Equal(1, await store.Database.ScalarAsync<long>("select count(*) from pg_database where datname = @Kept", new { Kept = kept }));
            await TestStore.DropDatabaseAsync($"Database={kept}");
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_file_that_is_none_or_was_cut_short_or_changed_is_refused_and_the_store_stays(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        await FillAsync(store, "a", 300);
        var whole = await File.ReadAllBytesAsync((await BackupAsync(store)).File);
        await using var other = await OpenAsync(engine);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "cut"), whole[..(whole.Length / 2)]);
        await File.WriteAllTextAsync(Path.Combine(_folder, "text"), "hello");
        var changed = whole.ToArray();
        for (var i = whole.Length / 4; i < whole.Length / 4 + 2_000; i++) changed[i] ^= 0xff;
        await File.WriteAllBytesAsync(Path.Combine(_folder, "changed"), changed);
        foreach (var name in (string[])["cut", "text", "changed", "nowhere"])
        {
            var refused = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(other, name: name));
            Assert.NotEmpty(refused.Message);
            Assert.Equal(0, await EventsAsync(other));
            Assert.Empty(Directory.GetDirectories(other.Folder));
        }
        await RestoreAsync(other);
        Assert.Equal(300, await EventsAsync(other));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_store_of_a_newer_version_is_refused_in_words(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        await store.Database.ExecuteAsync("insert into schema_journal (slice, number, file, checksum, applied_at) values ('Future', 9, '009_x.sql', '', now())");
        await BackupAsync(store);
        await using var other = await OpenAsync(engine);
        Assert.Contains("newer version", (await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(other))).Message, StringComparison.Ordinal);
        Assert.Equal(0, await EventsAsync(other));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_cancelled_or_impossible_backup_leaves_nothing_behind(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        await FillAsync(store, "a", 30);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Backups(store).BackupAsync(Path.Combine(_folder, "x"), _ => stop.Cancel(), stop.Token));
        Assert.Empty(Directory.GetFiles(_folder));
        var file = (await BackupAsync(store)).File;
        Assert.Contains("exists already", (await Assert.ThrowsAsync<BackupException>(() => BackupAsync(store))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BackupException>(() => BackupAsync(store, "one.bdbackup/below"));
        Assert.Equal([file], Directory.GetFiles(_folder));
        Assert.Equal(30, await EventsAsync(store));
    }

    [Fact]
    public async Task A_backup_of_the_other_engine_says_where_it_belongs()
    {
        await using var embedded = await OpenAsync(Engine.DuckDb);
        await BackupAsync(embedded);
        await using var server = await OpenAsync(Engine.Postgres);
        Assert.Contains("migrate-store", (await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(server))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_server_makes_its_own_backup_and_refuses_to_be_replaced()
    {
        var data = Directory.CreateTempSubdirectory("behavior-running-").FullName;
        await using var product = await ProductProcess.StartAsync(data);
        var (code, output, errors) = await ProductProcess.RunAsync(data, "backup", Path.Combine(_folder, "live.bdbackup"), "--json");
        Assert.True(code == 0, errors);
        Assert.Contains("\"events\"", output, StringComparison.Ordinal);
        var refused = await ProductProcess.RunAsync(data, "restore", Path.Combine(_folder, "live.bdbackup"), "--replace");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Stop the web server", refused.Errors, StringComparison.Ordinal);
        await product.KillAsync();
        var restored = await ProductProcess.RunAsync(data, "restore", _folder, "--replace");
        Assert.True(restored.ExitCode == 0, restored.Errors);
        Assert.Contains("before-restore-", restored.Output, StringComparison.Ordinal);
    }
}
