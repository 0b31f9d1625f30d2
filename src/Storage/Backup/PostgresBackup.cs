using System.Data;
using System.Globalization;
using Npgsql;

namespace BehaviorDashboard.Storage;

/// <summary>PostgreSQL: pg_dump out of an exported snapshot; proven by restoring it into a database of its own on the same server.</summary>
internal sealed class PostgresBackup(PostgresConnections connections, Upgrade upgrade) : IBackupEngine
{
    private const int LongestName = 63;

    private const string Others = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'";

    // A database like this one, whose text has the same order. The column of the ICU language has another name from version 17 on.
    private const string Like = """
        select format('template template0 encoding %L lc_collate %L lc_ctype %L', pg_encoding_to_char(encoding), datcollate, datctype)
            || case when datlocprovider = 'i' then format(' locale_provider icu icu_locale %L', coalesce(to_jsonb(d) ->> 'daticulocale', to_jsonb(d) ->> 'datlocale')) else '' end
        from pg_database d where datname = current_database()
        """;

    public async Task<IReadOnlyList<TableSum>> WriteAsync(string file, Action<string> progress, CancellationToken cancel)
    {
        try
        {
            IReadOnlyList<TableSum> sums;
            await using (var connection = (NpgsqlConnection)await connections.OpenAsync(cancel))
            await using (var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel))
            {
                var snapshot = (string)(await ScalarAsync(connection, "select pg_export_snapshot()", cancel))!;
                progress("pg_dump copies the store …");
                await PostgresTool.RunAsync("pg_dump", connections.Settings, ["--format=custom", "--no-owner", "--no-privileges", "--snapshot=" + snapshot, "--file=" + file], cancel);
                progress("Adding up what the store holds …");
                sums = await TableReader.SumAllAsync(connection, null, progress, cancel);
            }
            await InAnotherDatabaseAsync(file, "verify", progress, async proven =>
            {
                progress("Adding up what the copy holds …");
                await using var connection = await proven.OpenAsync(cancel);
                BackupException.Compare(sums, await TableReader.SumAllAsync(connection, null, progress, cancel), "The copy");
                return false;
            }, cancel);
            return sums;
        }
        catch (PostgresException problem)
        {
            throw new BackupException($"The store could not be copied: {problem.MessageText}.", problem);
        }
    }

    public async Task<string> RestoreAsync(string archive, BackupManifest manifest, string keep, Action<string> progress, CancellationToken cancel)
    {
        var dump = Path.GetTempFileName();
        var name = connections.Settings.Database!;
        var suffix = "_" + Path.GetFileName(keep).Replace('-', '_');
        // PostgreSQL cuts longer names off without a word.
        var old = name[..Math.Min(name.Length, LongestName - suffix.Length)] + suffix;
        try
        {
            progress("Unpacking …");
            DiskRoom.Require(dump, new FileInfo(archive).Length);
            await BackupArchive.ExtractStoreAsync(archive, manifest, dump, cancel);
            await InAnotherDatabaseAsync(dump, "restore", progress, async proven =>
            {
                progress("Adding up what the backup holds …");
                await using (var connection = await proven.OpenAsync(cancel))
                    BackupException.Compare(manifest.Tables, await TableReader.SumAllAsync(connection, null, progress, cancel), "The backup");
                await upgrade.RunAsync(new Database(proven), cancel);
                proven.Abandon();
                await ExchangeAsync(proven.Settings.Database!, name, old, cancel);
                return true;
            }, cancel);
            return $"database {old}";
        }
        catch (PostgresException problem)
        {
            throw new BackupException($"The backup could not be put in place: {problem.MessageText}. The store is as it was.", problem);
        }
        finally
        {
            File.Delete(dump);
        }
    }

    /// <param name="use">Gets the filled database; true keeps it.</param>
    private async Task InAnotherDatabaseAsync(string dump, string purpose, Action<string> progress, Func<PostgresConnections, Task<bool>> use, CancellationToken cancel)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"behavior_{purpose}_{Guid.NewGuid():N}");
        await CreateAsync(name, cancel);
        var kept = false;
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connections.Settings.ConnectionString) { Database = name };
            progress("pg_restore fills a database of its own …");
            await PostgresTool.RunAsync("pg_restore", settings, ["--no-owner", "--no-privileges", "--exit-on-error", "--dbname=" + name, dump], cancel);
            await using var proven = new PostgresConnections(settings.ConnectionString);
            kept = await use(proven);
        }
        finally
        {
            if (!kept) await OnServerAsync($"drop database if exists {SqlName.Quote(name)} with (force)", CancellationToken.None);
        }
    }

    private async Task CreateAsync(string name, CancellationToken cancel)
    {
        try
        {
            await using var connection = await connections.OpenAsync(cancel);
            var like = (string)(await ScalarAsync((NpgsqlConnection)connection, Like, cancel))!;
            await OnServerAsync($"create database {SqlName.Quote(name)} {like}", cancel);
        }
        catch (PostgresException problem) when (problem.SqlState == "42501")
        {
            throw new BackupException($"A backup is proven in a database of its own, and {connections.Settings.Username} may not create one. Let an administrator run: alter role {connections.Settings.Username} createdb", problem);
        }
    }

    private async Task ExchangeAsync(string proven, string name, string old, CancellationToken cancel)
    {
        connections.Abandon();
        await using (var connection = (NpgsqlConnection)await connections.OpenAsync(cancel))
            if ((long)(await ScalarAsync(connection, Others, cancel))! > 0)
                throw new BackupException("Others are connected to the store: stop every BehaviorDashboard that uses it, and try again. The store is as it was.");
        connections.Abandon();
        NpgsqlConnection.ClearAllPools();
        await OnServerAsync($"alter database {SqlName.Quote(name)} rename to {SqlName.Quote(old)}", cancel);
        try
        {
            await OnServerAsync($"alter database {SqlName.Quote(proven)} rename to {SqlName.Quote(name)}", CancellationToken.None);
        }
        catch
        {
            await OnServerAsync($"alter database {SqlName.Quote(old)} rename to {SqlName.Quote(name)}", CancellationToken.None);
            throw;
        }
    }

    private async Task OnServerAsync(string sql, CancellationToken cancel)
    {
        // A database cannot be renamed from inside.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connections.Settings.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancel);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancel);
    }
}
