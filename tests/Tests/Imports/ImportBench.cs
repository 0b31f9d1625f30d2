using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Imports;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Imports;

/// <summary>A store with imports, and short ways to bring text in.</summary>
internal sealed class ImportBench(TestStore store, KeptAudit audit) : IAsyncDisposable
{
    public const string UciHeader = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    public TestStore Store => store;

    public KeptAudit Audit => audit;

    public ImportService Service => store.Services.GetRequiredService<ImportService>();

    public static async Task<ImportBench> OpenAsync(Engine engine = Engine.DuckDb, IReadOnlyDictionary<string, string?>? settings = null)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var audit = new KeptAudit();
        return new ImportBench(await TestStore.OpenAsync(engine, [new IngestModule(), new ImportsModule(), new CatalogModule()], more: s => s.AddSingleton<IAuditLog>(audit), settings: settings), audit);
    }

    public static string Uci(string invoice, decimal price = 1, string customer = "7", string product = "A", string country = "X") =>
        FormattableString.Invariant($"{invoice},{product},Cup,1,2026-01-02 10:00,{price},{customer},{country}\n");

    public async Task<string> FileAsync(string text, string? name = null)
    {
        var file = Path.Combine(store.Folder, name ?? Guid.NewGuid().ToString("N") + ".csv");
        await File.WriteAllTextAsync(file, text);
        return file;
    }

    public async Task<ImportReport> ImportAsync(string preset, params string[] texts)
    {
        var files = new List<string>();
        foreach (var text in texts) files.Add(await FileAsync(text));
        return await Service.RunAsync(new ImportRequest(preset, files));
    }

    public Task<T?> ScalarAsync<T>(string sql) => store.Database.ScalarAsync<T>(sql);

    public Task<decimal> RevenueAsync() => store.Database.ScalarAsync<decimal>("select coalesce(sum(revenue), 0) from events");

    public Task SendAsync(params ShopEvent[] events) => store.Writer.AppendAsync(events);

    public async ValueTask DisposeAsync() => await store.DisposeAsync();
}
