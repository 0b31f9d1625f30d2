using System.Security.Cryptography;
using System.Text;

namespace BehaviorDashboard.Storage;

/// <summary>
/// Brings the store to this version: runs each slice's numbered files once, in order, each in a transaction with its
/// line in the journal. A file that changed after it ran stops the start.
/// </summary>
public sealed class Migrator(Database database, IEnumerable<MigrationSource> sources, TimeProvider time)
{
    private const string CreateJournal = """
        create table if not exists schema_journal (
            slice text not null, number integer not null, file text not null, checksum text not null,
            applied_at timestamptz not null, primary key (slice, number))
        """;

    private const string ReadJournal = "select slice, number, checksum from schema_journal";

    private const string WriteJournal = """
        insert into schema_journal (slice, number, file, checksum, applied_at) values (@Slice, @Number, @File, @Checksum, @At)
        """;

    private sealed record Line(string Slice, int Number, string Checksum);

    /// <returns>How many files ran.</returns>
    /// <exception cref="InvalidOperationException">A file that already ran has been edited.</exception>
    public async Task<int> MigrateAsync(CancellationToken cancel = default)
    {
        await database.ExecuteAsync(CreateJournal, cancel: cancel);
        var done = (await database.QueryAsync<Line>(ReadJournal, cancel: cancel)).ToDictionary(l => (l.Slice, l.Number), l => l.Checksum);
        var ran = 0;
        foreach (var migration in sources.SelectMany(s => s.Read()))
        {
            var checksum = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(migration.Text)));
            if (done.TryGetValue((migration.Slice, migration.Number), out var before))
            {
                if (before != checksum)
                    throw new InvalidOperationException($"{migration.Slice}/{migration.File} was changed after it had run on this store; add a new numbered file instead.");
                continue;
            }
            await database.WriteAsync(async session =>
            {
                await session.ExecuteAsync(migration.For(session.Dialect.Name));
                await session.ExecuteAsync(WriteJournal, new { migration.Slice, migration.Number, migration.File, Checksum = checksum, At = time.GetUtcNow() });
            }, cancel);
            ran++;
        }
        return ran;
    }
}
