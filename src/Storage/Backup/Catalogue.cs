using System.Data.Common;

namespace BehaviorDashboard.Storage;

/// <summary>A table as the engine's own catalogue has it, so that no slice's table can be forgotten.</summary>
/// <param name="Columns">Names in order of the alphabet.</param>
internal sealed record TableShape(string Name, IReadOnlyList<string> Columns)
{
    public string ColumnList => string.Join(", ", Columns.Select(SqlName.Quote));
}

internal static class SqlName
{
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}

/// <summary>What tables a store has, by the same statement on both engines; the months of events are <c>events</c>.</summary>
internal static class Catalogue
{
    private const string Columns = """
        select t.table_name, c.column_name
        from information_schema.tables t join information_schema.columns c
            on c.table_catalog = t.table_catalog and c.table_schema = t.table_schema and c.table_name = t.table_name
        where t.table_type = 'BASE TABLE' and t.table_catalog = {0} and t.table_schema = current_schema() and t.table_name not like 'events!_p%' escape '!'
        order by 1, 2
        """;

    /// <param name="database">Of an attached DuckDB file; the connection's own when null.</param>
    public static async Task<IReadOnlyList<TableShape>> ReadAsync(DbConnection connection, string? database = null, CancellationToken cancel = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Columns.Replace("{0}", database is null ? "current_database()" : SqlName.Literal(database), StringComparison.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var found = new List<(string Table, string Column)>();
        while (await reader.ReadAsync(cancel)) found.Add((reader.GetString(0), reader.GetString(1)));
        // The engine's order of text depends on its language.
        return [.. found.GroupBy(f => f.Table).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new TableShape(g.Key, [.. g.Select(f => f.Column).Order(StringComparer.Ordinal)]))];
    }
}
