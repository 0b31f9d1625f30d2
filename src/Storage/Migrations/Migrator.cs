using System.Security.Cryptography;
using System.Text;

namespace BehaviorDashboard.Storage;

/// <summary>
/// Brings the store to this version: runs each slice's numbered files once, in order, each in a transaction with its
/// line in the journal. A file that changed after it ran stops the start.
/// </summary>
public sealed class Migrator
{
    private const string CreateJournal = """
        create table if not exists schema_journal (
            slice text not null, number integer not null, file text not null, checksum text not null,
            applied_at timestamptz not null, primary key (slice, number))
        """;

    private const string HasJournal = "select count(*) from information_schema.tables where table_schema = current_schema() and table_name = 'schema_journal'";

    private const string ReadJournal = "select slice, number, checksum from schema_journal";

    private const string WriteJournal = """
        insert into schema_journal (slice, number, file, checksum, applied_at) values (@Slice, @Number, @File, @Checksum, @At)
        on conflict (slice, number) do nothing
        """;

    private const string HasNodes = "select count(*) from information_schema.tables where table_name = 'nodes'";

    // As long as a node that was killed counts as one.
    private const string Running = "select name from nodes where seen_at > now() - interval '20 seconds' order by name";

    private readonly Database _database;
    private readonly IEnumerable<Migration> _migrations;
    private readonly TimeProvider _time;

    public Migrator(Database database, IEnumerable<MigrationSource> sources, TimeProvider time)
        : this(database, sources.SelectMany(s => s.Read()), time)
    {
    }

    internal Migrator(Database database, IEnumerable<Migration> migrations, TimeProvider time) => (_database, _migrations, _time) = (database, migrations, time);

    private sealed record Line(string Slice, int Number, string Checksum);

    /// <returns>How many files ran.</returns>
    /// <exception cref="InvalidOperationException">A file that already ran has been edited.</exception>
    /// <exception cref="StoreUnavailableException">Servers run that could not go on after a file that is new.</exception>
    public async Task<int> MigrateAsync(CancellationToken cancel = default)
    {
        // A store whose shape is right is opened without a write: its disk may be full.
        if (await _database.ScalarAsync<long>(HasJournal, cancel: cancel) == 0) await _database.ExecuteAsync(CreateJournal, cancel: cancel);
        var done = (await _database.QueryAsync<Line>(ReadJournal, cancel: cancel)).ToDictionary(l => (l.Slice, l.Number), l => l.Checksum);
        var ran = 0;
        foreach (var migration in _migrations)
        {
            var checksum = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(migration.Text)));
            if (done.TryGetValue((migration.Slice, migration.Number), out var before))
            {
                if (before != checksum)
                    throw new InvalidOperationException($"{migration.Slice}/{migration.File} was changed after it had run on this store; add a new numbered file instead.");
                continue;
            }
            if (migration.IsAlone && done.Count > 0) await RefuseBesideOthersAsync(migration, cancel);
            if (await _database.WriteAsync(session => RunAsync(session, migration, checksum), cancel)) ran++;
        }
        return ran;
    }

    private async Task RefuseBesideOthersAsync(Migration migration, CancellationToken cancel)
    {
        if (await _database.ScalarAsync<long>(HasNodes, cancel: cancel) == 0) return;
        if (await _database.QueryAsync<string>(Running, cancel: cancel) is { Count: > 0 } running)
            throw new StoreUnavailableException($"This version changes the store in a way ({migration.Slice}/{migration.File}) that servers of the version before cannot live with. Stop them, then start this one: {string.Join(", ", running)}. One that was killed counts for 20 seconds.");
    }

    /// <returns>False where another process that starts on the same server is ahead.</returns>
    private async Task<bool> RunAsync(Session session, Migration migration, string checksum)
    {
        // The line first: whoever comes second waits here until the first is through.
        if (await session.ExecuteAsync(WriteJournal, new { migration.Slice, migration.Number, migration.File, Checksum = checksum, At = _time.GetUtcNow() }) == 0) return false;
        // A file may be for the other engine only.
        if (migration.For(session.Dialect.Name) is { Length: > 0 } statements) await session.ExecuteLongAsync(statements);
        return true;
    }
}
