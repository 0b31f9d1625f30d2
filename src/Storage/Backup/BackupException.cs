using System.Globalization;

namespace BehaviorDashboard.Storage;

/// <summary>A backup, restore or move that was not done; the message says why and what to do. The store is as it was.</summary>
public sealed class BackupException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <exception cref="BackupException">A table is missing, or differs.</exception>
    internal static void Compare(IReadOnlyList<TableSum> expected, IReadOnlyList<TableSum> found, string what)
    {
        var there = found.ToDictionary(f => f.Table);
        foreach (var table in expected)
        {
            if (!there.TryGetValue(table.Table, out var other)) throw new BackupException($"{what} is not complete: it has no table {table.Table}.");
            if (other != table)
                throw new BackupException(string.Create(CultureInfo.InvariantCulture,
                    $"{what} differs in {table.Table}: {table.Rows:N0} rows with checksum {table.Checksum} expected, {other.Rows:N0} with {other.Checksum} found."));
        }
    }
}
