using System.IO.Compression;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Imports;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Imports;

/// <summary>Files that are not what they should be are refused in words, and nothing is silently lost.</summary>
public class BrokenFileTests
{
    private const string Header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    private static string Row(int invoice, int price = 1) => $"{invoice},A,Cup,1,2026-01-02 10:00,{price},7,X\n";

    private static Task<TestStore> OpenAsync() => TestStore.OpenAsync(Engine.DuckDb, [new IngestModule(), new ImportsModule(), new CatalogModule()], more: s => s.AddSingleton<IAuditLog, NoAudit>());

    private static ImportService Service(TestStore store) => store.Services.GetRequiredService<ImportService>();

    private static async Task<ImportReport> ImportAsync(TestStore store, string text, string preset = "uci-online-retail")
    {
        var file = Path.Combine(store.Folder, Guid.NewGuid().ToString("N") + ".csv");
        await File.WriteAllTextAsync(file, text);
        return await Service(store).RunAsync(new ImportRequest(preset, [file]));
    }

    [Fact]
    public async Task A_quote_that_never_closes_costs_its_line_only()
    {
        await using var store = await OpenAsync();
        var report = await ImportAsync(store, Header + Row(1) + "2,A,\"Cup,1,2026-01-02 10:00,1,7,X\n" + Row(3) + "4,A,\"Cup\" big,1,2026-01-02 10:00,1,7,X\n" + Row(5));
        Assert.Equal((5, 3, 2), (report.Rows, report.Created, report.Skipped));
        Assert.Equal([3, 5], report.Errors.Select(e => e.Line));
        Assert.Contains("quote", report.Errors[0].Reason, StringComparison.Ordinal);
        Assert.StartsWith("2,A,\"Cup,1", report.Errors[0].Row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_without_end_is_refused_before_it_fills_the_memory()
    {
        await using var store = await OpenAsync();
        var report = await ImportAsync(store, Header + Row(1) + new string('x', 9_000_000) + "\n" + Row(3));
        Assert.Equal((2, 1), (report.Created, report.Skipped));
        Assert.Equal(3, report.Errors[0].Line);
    }

    [Fact]
    public async Task An_order_scattered_over_the_file_is_refused_rather_than_halved()
    {
        await using var store = await OpenAsync();
        var between = string.Concat(Enumerable.Range(100, 200).Select(n => Row(n)));
        var problem = await Assert.ThrowsAsync<ImportException>(() => ImportAsync(store, Header + Row(1, 10) + between + Row(1, 5)));
        Assert.Contains("order 1 ", problem.Message, StringComparison.Ordinal);
        var sorted = await ImportAsync(store, Header + Row(1, 10) + Row(1, 5) + between);
        Assert.Equal(215m, sorted.Revenue);
        Assert.Equal(215m, await store.Database.ScalarAsync<decimal>("select sum(revenue) from events where name = 'Order Completed'"));
    }

    [Fact]
    public async Task A_zip_of_one_file_is_unpacked_and_of_two_is_refused()
    {
        await using var store = await OpenAsync();
        var path = Path.Combine(store.Folder, "export.zip");
        await AddAsync("orders.csv");
        Assert.Equal(1, (await Service(store).RunAsync(new ImportRequest("uci-online-retail", [path]))).Created);
        await AddAsync("more.csv");
        await Assert.ThrowsAsync<ImportException>(() => Service(store).RunAsync(new ImportRequest("uci-online-retail", [path])));

        async Task AddAsync(string name)
        {
            await using var zip = await ZipFile.OpenAsync(path, ZipArchiveMode.Update);
            await using var text = new StreamWriter(await zip.CreateEntry(name).OpenAsync());
            await text.WriteAsync(Header + Row(1));
        }
    }

    [Fact]
    public async Task The_cdnow_sample_is_part_of_the_master_file()
    {
        await using var store = await OpenAsync();
        await ImportAsync(store, " 00004 19970101  2   29.33\n", "cdnow");
        Assert.Equal(1, (await ImportAsync(store, " 00004 0001 19970101  2   29.33\n", "cdnow")).Unchanged);
    }

    [Fact]
    public async Task An_import_whose_process_was_killed_can_be_undone()
    {
        await using var store = await OpenAsync();
        var done = await ImportAsync(store, Header + Row(1));
        // What a killed process leaves: its events, and a line that still says running.
        await store.Database.ExecuteAsync("update imports set status = 'running', report = null, finished_at = null, alive_at = null");
        await store.RestartAsync();
        Assert.Equal("interrupted", Assert.Single(await Service(store).ListAsync()).Status);
        Assert.Equal(2, await Service(store).UndoAsync(done.Id));
        Assert.Equal("undone", Assert.Single(await Service(store).ListAsync()).Status);
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select count(*) from events"));
    }
}
