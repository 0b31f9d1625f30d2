using System.Diagnostics;
using BehaviorDashboard.Events;
using BehaviorDashboard.Testing;
using DuckDB.NET.Data;

namespace BehaviorDashboard.Benchmarks;

/// <summary>Durable events a second over HTTP, against the raw DuckDB appender committing the same rows in the same run.</summary>
internal static class IngestBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (events, batch, senders) = (Setup.Option(args, "--events", 1_200_000), Setup.Option(args, "--batch", 500), Setup.Option(args, "--senders", 32));
        var random = new Random(1);
        var bodies = Enumerable.Range(0, events / batch).Select(n => Setup.Body(random, n, batch)).ToList();
        var peer = await AppenderAsync(events, batch, random);
        var postgres = args.Contains("--postgres") ? await TestStore.CreateDatabaseAsync() : null;
        // For the commands as well.
        if (postgres is not null) Environment.SetEnvironmentVariable("Storage__Postgres", postgres);
        await using var product = await ProductProcess.StartAsync();
        var key = await Setup.KeyAsync(product.Folder, "write");
        using var http = Setup.Client(product.Address, key);
        await SendAsync(http, [.. Enumerable.Range(0, 60).Select(n => Setup.Body(random, 1_000_000 + n, batch))], senders);
        var cpu = Setup.Cpu(product);
        var started = Stopwatch.GetTimestamp();
        await SendAsync(http, bodies, senders);
        var rate = events / Stopwatch.GetElapsedTime(started).TotalSeconds;
        Setup.Print($"appender: {peer:N0} rows/s (raw DuckDB appender, a durable commit every {batch} rows)");
        Setup.Print($"ingest: {rate:N0} events/s (HTTP, durable before the answer, batches of {batch}, {senders} senders)");
        Setup.Print($"ratio: {rate / peer:P0} (bar 40 %)");
        if (postgres is not null) Setup.Print("into PostgreSQL, beside the server itself");
        Setup.Print($"server cpu: {(Setup.Cpu(product) - cpu).TotalMicroseconds / events:N1} µs an event");
        if (postgres is null) return 0;
        await product.DisposeAsync();
        await TestStore.DropDatabaseAsync(postgres);
        return 0;
    }

    private static async Task SendAsync(HttpClient http, List<byte[]> bodies, int senders)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, senders).Select(async _ =>
        {
            for (var i = Interlocked.Increment(ref next); i < bodies.Count; i = Interlocked.Increment(ref next)) await Setup.PostAsync(http, bodies[i]);
        }));
    }

    private static async Task<double> AppenderAsync(int events, int batch, Random random)
    {
        await using var store = await TestStore.OpenAsync(Engine.DuckDb);
        var rows = Enumerable.Range(0, events).Select(i => Make.Event($"b{i / batch}-{i % batch}-{random.NextInt64():x}", EventNames.ProductViewed, $"u{random.Next(20_000)}", at: DateTimeOffset.UtcNow,
            session: $"s{random.Next(20_000)}", product: $"p{random.Next(5_000)}", price: 19.95m, currency: "USD", properties: """{"list":"search"}""")).ToList();
        await using var connection = new DuckDBConnection($"Data Source={Path.Combine(store.Folder, "behavior.duckdb")}");
        await connection.OpenAsync();
        var started = Stopwatch.GetTimestamp();
        for (var at = 0; at < rows.Count; at += batch)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            using (var appender = connection.CreateAppender("events"))
                foreach (var e in rows.Skip(at).Take(batch))
                    appender.CreateRow().AppendValue(e.MessageId).AppendValue(e.ReceivedAt.UtcDateTime).AppendValue(e.OccurredAt.UtcDateTime).AppendValue(e.UserId).AppendNullValue().AppendNullValue()
                        .AppendValue(e.SessionId).AppendValue(e.Type).AppendValue(e.Name).AppendValue(e.ProductId).AppendValue(e.Category).AppendValue(e.Price).AppendNullValue().AppendValue(e.Currency)
                        .AppendNullValue().AppendNullValue().AppendNullValue().AppendNullValue().AppendNullValue().AppendNullValue().AppendNullValue().AppendValue(e.Properties).AppendValue(e.SourceId).EndRow();
            await transaction.CommitAsync();
        }
        return events / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
