using System.Data.Common;
using DuckDB.NET.Data;

namespace BehaviorDashboard.Storage;

/// <summary>A second file with everything that is stored, and nothing that was deleted.</summary>
internal static class DuckDbCopy
{
    private const string Tables = "select table_name from duckdb_tables() where database_name = current_database() and not temporary and not internal order by 1";

    /// <exception cref="InvalidOperationException">The copy does not hold what the store holds.</exception>
    public static void Make(DuckDBConnection connection, string file)
    {
        Remove(file);
        var store = (string)Scalar(connection, "select current_database()")!;
        Run(connection, "force checkpoint");
        Run(connection, $"attach '{file.Replace("'", "''", StringComparison.Ordinal)}' as copied");
        try
        {
            Run(connection, $"copy from database \"{store}\" to copied");
            foreach (var table in Names(connection))
                if (!Equals(Count(connection, store, table), Count(connection, "copied", table)))
                    throw new InvalidOperationException($"The copy of {table} is not complete.");
            Run(connection, "force checkpoint copied");
        }
        finally
        {
            Run(connection, "detach copied");
        }
        using var written = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        written.Flush(flushToDisk: true);
    }

    public static void Remove(string file)
    {
        File.Delete(file);
        File.Delete(file + ".wal");
    }

    private static object? Count(DuckDBConnection connection, string store, string table) => Scalar(connection, $"select count(*) from \"{store}\".\"{table}\"");

    private static List<string> Names(DuckDBConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Tables;
        using DbDataReader reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read()) names.Add(reader.GetString(0));
        return names;
    }

    private static object? Scalar(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static void Run(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
