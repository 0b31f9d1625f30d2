using BehaviorDashboard.Storage;
using Npgsql;

namespace BehaviorDashboard.Events;

/// <summary>
/// Gives back what retention and erasure left of past months: a month without events is dropped, and one that is more than half
/// room (what stays of it are orders and reviews) is written anew.
/// </summary>
internal static class EventMonthsRoom
{
    private const string Past = "from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = to_regclass('events') and c.relname ~ '^events_p[0-9]{6}$' and c.relname < @Now";

    private const string Months = $"select cast(c.relname as text) {Past} order by 1";

    // By what a row takes on average, as the last count of the table says; of small ones there is nothing to give.
    private const string MostlyRoom = $"""
        select cast(c.relname as text) {Past} and c.relpages > 128
            and c.reltuples * (select 28 + coalesce(sum(s.avg_width * (1 - s.null_frac)), 0) from pg_stats s where s.schemaname = current_schema() and s.tablename = c.relname) < c.relpages * 4096.0
        order by 1
        """;

    public static async Task GiveBackAsync(NpgsqlDataSource source, DateTimeOffset now, CancellationToken cancel)
    {
        var name = EventMonths.Name(EventMonths.Of(now));
        foreach (var month in await NamesAsync(source, Months, name, cancel)) await DropIfEmptyAsync(source, month, cancel);
        foreach (var month in await NamesAsync(source, MostlyRoom, name, cancel))
        {
            await using var anew = source.CreateCommand($"vacuum full analyze {SqlName.Quote(month)}");
            anew.CommandTimeout = 0;
            await anew.ExecuteNonQueryAsync(cancel);
        }
    }

    private static async Task DropIfEmptyAsync(NpgsqlDataSource source, string month, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        if (!await IsEmptyAsync()) return;
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        // Nothing may come in between the look and the drop.
        await using (var alone = new NpgsqlCommand($"lock table events in access exclusive mode", connection)) await alone.ExecuteNonQueryAsync(cancel);
        if (!await IsEmptyAsync()) return;
        await using (var drop = new NpgsqlCommand($"drop table {SqlName.Quote(month)}", connection)) await drop.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);

        async Task<bool> IsEmptyAsync()
        {
            await using var look = new NpgsqlCommand($"select not exists (select from {SqlName.Quote(month)})", connection);
            return (bool)(await look.ExecuteScalarAsync(cancel))!;
        }
    }

    private static async Task<List<string>> NamesAsync(NpgsqlDataSource source, string sql, string now, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.AddWithValue("Now", now);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var names = new List<string>();
        while (await reader.ReadAsync(cancel)) names.Add(reader.GetString(0));
        return names;
    }
}
