using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using BehaviorDashboard.Testing;
using DuckDB.NET.Data;

namespace BehaviorDashboard.Benchmarks;

/// <summary>
/// All of Online Retail through the command, against reading the same lines and appending their fields raw; and the memory it
/// takes as the rows grow: the same invoices again under other numbers.
/// </summary>
internal static class ImportBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var data = Setup.Text(args, "--data") ?? Repository.Data;
        if (data is null || !Directory.Exists(Path.Combine(data, "online_retail")))
        {
            Console.Error.WriteLine(Repository.DataMissing);
            return 1;
        }
        var files = Directory.GetFiles(Path.Combine(data, "online_retail"), "*.csv.gz").Order(StringComparer.Ordinal).Take(Setup.Option(args, "--files", int.MaxValue)).ToList();
        var folder = Directory.CreateTempSubdirectory("behavior-import-");
        try
        {
            var peer = await RawAsync(files);
            Setup.Print($"raw: {peer:N0} rows/s (gzip, split, appender, no checks)");
            var idle = await ImportAsync(folder, "empty", [await EmptyAsync(folder)]);
            Setup.Print($"an empty file: peak {idle.PeakMegabytes:N0} MB (the product itself)");
            for (var times = 1; times <= Setup.Option(args, "--times", 4); times *= 2)
            {
                var run = await ImportAsync(folder, $"x{times}", [.. files, .. await CopiesAsync(folder, files, times)]);
                if (times == 1) Setup.Print($"import: {run.Rate:N0} rows/s (orders, lines, people and products, durable, repeatable)");
                if (times == 1) Setup.Print($"ratio: {run.Rate / peer:P0} (bar 25 %)");
                Setup.Print($"{times} x the file: {run.Rows:N0} rows, {run.Rate:N0} rows/s, peak {run.PeakMegabytes:N0} MB");
            }
            return 0;
        }
        catch (InvalidOperationException problem)
        {
            Console.Error.WriteLine(problem.Message);
            return 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed record Run(long Rows, double Rate, double PeakMegabytes);

    private static async Task<Run> ImportAsync(DirectoryInfo folder, string store, IEnumerable<string> files)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { ProductProcess.Assembly, "import", "uci-online-retail", "--json", "--data", Path.Combine(folder.FullName, store) }.Concat(files)) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var peak = 0L;
        while (!process.HasExited)
        {
            peak = Math.Max(peak, PeakOf(process));
            await Task.Delay(20);
        }
        if (process.ExitCode != 0) throw new InvalidOperationException(await errors);
        using var report = JsonDocument.Parse(await output);
        var rows = report.RootElement.GetProperty("rows").GetInt64();
        Directory.Delete(Path.Combine(folder.FullName, store), recursive: true);
        return new Run(rows, rows / Math.Max(0.001, report.RootElement.GetProperty("seconds").GetDouble()), peak / 1024.0);
    }

    /// <returns>Kilobytes: the most the process has held in memory so far, as the system counts it; 0 where it does not tell.</returns>
    private static long PeakOf(Process process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process.Id}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static async Task<string> EmptyAsync(DirectoryInfo folder)
    {
        var path = Path.Combine(folder.FullName, "empty.csv");
        await File.WriteAllTextAsync(path, "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n");
        return path;
    }

    /// <summary>The files again, <paramref name="times"/> − 1 times, with a suffix to every invoice number.</summary>
    private static async Task<List<string>> CopiesAsync(DirectoryInfo folder, List<string> files, int times)
    {
        var copies = new List<string>();
        for (var copy = 2; copy <= times; copy++)
            foreach (var file in files)
            {
                var path = Path.Combine(folder.FullName, $"{copy}-{Path.GetFileName(file)}");
                copies.Add(path);
                if (File.Exists(path)) continue;
                using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
                await using var writer = new StreamWriter(new GZipStream(File.Create(path), CompressionLevel.Fastest));
                await writer.WriteLineAsync(await reader.ReadLineAsync());
                while (await reader.ReadLineAsync() is { } line) await writer.WriteLineAsync(line.Insert(line.IndexOf(',', StringComparison.Ordinal), $"-{copy}"));
            }
        return copies;
    }

    private static async Task<double> RawAsync(List<string> files)
    {
        await using var store = await TestStore.OpenAsync(Engine.DuckDb);
        await using var connection = new DuckDBConnection($"Data Source={Path.Combine(store.Folder, "behavior.duckdb")}");
        await connection.OpenAsync();
        await using (var create = connection.CreateCommand())
        {
            create.CommandText = "create table raw (a text, b text, c text, d text, e text, f text, g text, h text)";
            await create.ExecuteNonQueryAsync();
        }
        var started = Stopwatch.GetTimestamp();
        var rows = 0L;
        using (var appender = connection.CreateAppender("raw"))
            foreach (var file in files)
            {
                using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
                while (await reader.ReadLineAsync() is { } line)
                {
                    var fields = line.Split(',');
                    var row = appender.CreateRow();
                    for (var f = 0; f < 8; f++) row.AppendValue(f < fields.Length ? fields[f] : null);
                    row.EndRow();
                    rows++;
                }
            }
        return rows / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
