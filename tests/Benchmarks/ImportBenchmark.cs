using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using BehaviorDashboard.Testing;
using DuckDB.NET.Data;

namespace BehaviorDashboard.Benchmarks;

/// <summary>All of Online Retail through the command, against reading the same lines and appending their fields raw.</summary>
internal static class ImportBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var data = Array.IndexOf(args, "--data") is var i and >= 0 ? args[i + 1] : Repository.Data;
        if (data is null || !Directory.Exists(Path.Combine(data, "online_retail")))
        {
            Console.Error.WriteLine(Repository.DataMissing);
            return 1;
        }
        var files = Directory.GetFiles(Path.Combine(data, "online_retail"), "*.csv.gz").Order(StringComparer.Ordinal).ToList();
        var peer = await RawAsync(files);
        var folder = Directory.CreateTempSubdirectory("behavior-import-").FullName;
        var (code, output, errors) = await ProductProcess.RunAsync(folder, ["import", "uci-online-retail", .. files, "--json"]);
        if (code != 0)
        {
            Console.Error.WriteLine(errors);
            return 1;
        }
        using var report = JsonDocument.Parse(output);
        var rate = report.RootElement.GetProperty("rows").GetInt64() / report.RootElement.GetProperty("seconds").GetDouble();
        Setup.Print($"raw: {peer:N0} rows/s (gzip, split, appender, no checks)");
        Setup.Print($"import: {rate:N0} rows/s (orders, lines, people and products, durable, repeatable)");
        Setup.Print($"ratio: {rate / peer:P0} (bar 25 %)");
        return 0;
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
