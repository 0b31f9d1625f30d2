using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Hosting;

namespace BehaviorDashboard.Storage;

/// <param name="Copied">Parts (tables, or stretches of events) that were copied this time; the others were equal already.</param>
/// <param name="Live">Whether the embedded store can still get rows.</param>
public sealed record MoveReport(IReadOnlyList<TableSum> Tables, int Copied, int Passes, bool Live);

/// <summary>
/// Copies the embedded store to PostgreSQL. Each pass reads one moment of the store and copies every part that is not
/// equal on both sides; so a move that was killed goes on where it was, and what came meanwhile is what the next pass copies.
/// </summary>
internal sealed class StoreMove(IConnectionSource connections, Database database, Upgrade upgrade, TimeProvider time, IHostApplicationLifetime? host = null)
{
    private const int PartRows = 50_000;
    private const int MostPasses = 3;
    private const string Journal = "schema_journal";

    private const string Marks = $"""
        select {TablePart.TimeColumn} from (select {TablePart.TimeColumn}, row_number() over (order by {TablePart.TimeColumn}) as n from events) e
        where n % @Rows = 0 group by 1 order by 1
        """;

    private const string Months = "select distinct date_trunc('month', occurred_at) from events";

    private const string Sequences = "select sequence_name from duckdb_sequences() where database_name = current_database() order by 1";

    /// <summary>Rows of events that are copied together.</summary>
    internal int Rows { get; init; } = PartRows;

    /// <exception cref="BackupException">Not done, in words; run again, it goes on where it was.</exception>
    public async Task<MoveReport> RunAsync(string to, Action<string> progress, CancellationToken cancel)
    {
        if (connections is not DuckDbConnections embedded) throw new BackupException("The store is on PostgreSQL already; migrate-store moves an embedded one.");
        try
        {
            await using var target = new MoveTarget(to);
            var newest = await database.ScalarAsync<DateTime?>($"select max({TablePart.TimeColumn}) from events", cancel: cancel);
            await target.PrepareAsync(upgrade, embedded.File, newest, cancel);
            var live = host?.ApplicationStarted.IsCancellationRequested == true;
            var total = 0;
            for (var pass = 1; ; pass++)
            {
                progress(pass == 1 ? "Copying what is not there yet …" : "Catching up with what came meanwhile …");
                await target.MakeMonthsAsync(await database.QueryAsync<DateTimeOffset>(Months, cancel: cancel), time.GetUtcNow(), cancel);
                var (sums, copied) = await database.ReadAsync(moment => PassAsync(moment, target, progress, cancel), cancel);
                await ContinueNumbersAsync(target, cancel);
                total += copied;
                if (live && copied > 0 && pass < MostPasses) continue;
                await target.AnalyzeAsync(cancel);
                return new MoveReport(sums, total, pass, live);
            }
        }
        catch (Exception problem) when (problem is StoreUnavailableException or DbException && !cancel.IsCancellationRequested)
        {
            throw new BackupException($"The move stopped: {problem.Message}. What was copied stays; run the command again to go on.", problem);
        }
    }

    private async Task<(IReadOnlyList<TableSum> Sums, int Copied)> PassAsync(Session moment, MoveTarget target, Action<string> progress, CancellationToken cancel)
    {
        var (sums, copied) = (new List<TableSum>(), 0);
        foreach (var table in (await Catalogue.ReadAsync(moment.Connection, cancel: cancel)).Where(t => t.Name != Journal))
        {
            var (rows, checksum) = (0L, UInt128.Zero);
            foreach (var part in await PartsAsync(moment, table))
            {
                var (sum, wasCopied) = await BringAsync(moment.Connection, target, part, cancel);
                if (wasCopied) copied++;
                rows += sum.Rows;
                checksum = unchecked(checksum + UInt128.Parse(sum.Checksum, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                if (!part.IsWhole) progress(string.Create(CultureInfo.InvariantCulture, $"  {table.Name}: {rows:N0} rows are there"));
            }
            sums.Add(new TableSum(table.Name, rows, checksum.ToString("x32", CultureInfo.InvariantCulture)));
            progress(string.Create(CultureInfo.InvariantCulture, $"  {table.Name}: all {rows:N0} rows, equal on both sides"));
        }
        return (sums, copied);
    }

    private static async Task<(TableSum Sum, bool Copied)> BringAsync(DbConnection source, MoveTarget target, TablePart part, CancellationToken cancel)
    {
        if (await target.CountAsync(part, cancel) > 0)
        {
            var here = await TableReader.SumAsync(source, part.Table, part.From, cancel);
            if (here == await target.SumAsync(part, cancel)) return (here, false);
        }
        var sum = await target.ReplaceAsync(part, row => TableReader.ReadAsync(source, part.Table, part.From, row, cancel), cancel);
        return (sum, sum.Rows > 0);
    }

    /// <summary>Events in stretches of time, the others whole.</summary>
    private async Task<IReadOnlyList<TablePart>> PartsAsync(Session moment, TableShape table)
    {
        if (table.Name != "events") return [new TablePart(table)];
        var marks = await moment.QueryAsync<DateTime>(Marks, new { Rows });
        DateTime?[] ends = [null, .. marks.Select(m => (DateTime?)m), null];
        return [.. ends.Zip(ends.Skip(1), (after, until) => new TablePart(table, after, until))];
    }

    private async Task ContinueNumbersAsync(MoveTarget target, CancellationToken cancel)
    {
        foreach (var sequence in await database.QueryAsync<string>(Sequences, cancel: cancel))
        {
            // The number taken here is given to nobody.
            var last = await database.WriteAsync(session => session.ScalarAsync<long>($"select nextval({SqlName.Literal(sequence)})"), cancel);
            await target.ContinueAsync(sequence, last, cancel);
        }
    }
}
