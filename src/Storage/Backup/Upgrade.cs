namespace BehaviorDashboard.Storage;

/// <summary>Brings another store than the running one to this version, and knows what a store that was never used holds.</summary>
internal sealed class Upgrade(IEnumerable<MigrationSource> sources, TimeProvider time)
{
    private sealed record Line(string Slice, int Number);

    private const string Journal = "select slice, number from schema_journal";

    /// <exception cref="BackupException">The store is of a newer version than this product.</exception>
    public async Task RunAsync(Database database, CancellationToken cancel)
    {
        var known = sources.SelectMany(s => s.Read()).Select(m => new Line(m.Slice, m.Number)).ToHashSet();
        var newer = (await database.QueryAsync<Line>(Journal, cancel: cancel)).FirstOrDefault(l => !known.Contains(l));
        if (newer is not null)
            throw new BackupException($"The store was made by a newer version of BehaviorDashboard (it has step {newer.Number} of {newer.Slice}, which this version does not know). Install that version first.");
        try
        {
            await MigrateAsync(database, cancel);
        }
        catch (InvalidOperationException problem)
        {
            throw new BackupException(problem.Message, problem);
        }
    }

    public Task<int> MigrateAsync(Database database, CancellationToken cancel) => new Migrator(database, sources, time).MigrateAsync(cancel);

    /// <summary>The first table that holds more than a store that was just made, or null.</summary>
    public async Task<TableSum?> FirstDataAsync(IConnectionSource connections, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("behavior-fresh-").FullName;
        try
        {
            await using var fresh = new DuckDbConnections(new StorageOptions { Folder = folder });
            await MigrateAsync(new Database(fresh), cancel);
            var rows = (await CountAsync(fresh, cancel)).ToDictionary(t => t.Table, t => t.Rows);
            return (await CountAsync(connections, cancel)).FirstOrDefault(t => t.Rows > rows.GetValueOrDefault(t.Table));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<List<TableSum>> CountAsync(IConnectionSource connections, CancellationToken cancel)
    {
        await using var connection = await connections.OpenAsync(cancel);
        var counts = new List<TableSum>();
        foreach (var table in await Catalogue.ReadAsync(connection, cancel: cancel))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"select count(*) from {SqlName.Quote(table.Name)}";
            counts.Add(new TableSum(table.Name, (long)(await command.ExecuteScalarAsync(cancel))!, ""));
        }
        return counts;
    }
}
