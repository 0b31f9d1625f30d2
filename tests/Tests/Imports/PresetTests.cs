using System.Text;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Imports;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Imports;

/// <summary>Files as shops export them, on both engines, good and bad.</summary>
public class PresetTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static async Task<TestStore> OpenAsync(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        return await TestStore.OpenAsync(engine, [new IngestModule(), new ImportsModule(), new CatalogModule()], more: s => s.AddSingleton<IAuditLog, NoAudit>());
    }

    private static async Task<ImportReport> ImportAsync(TestStore store, string preset, string text, Encoding? encoding = null)
    {
        var file = Path.Combine(store.Folder, Guid.NewGuid().ToString("N") + ".csv");
        await File.WriteAllTextAsync(file, text, encoding ?? new UTF8Encoding(false));
        return await store.Services.GetRequiredService<ImportService>().RunAsync(new ImportRequest(preset, [file]));
    }

    private const string Shopify = """
        Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Refunded Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name
        #1001,Ada@example.com,paid,2026-01-02 10:00:00 +0100,USD,30.00,5.00,2.00,37.00,0.00,2026-01-02 10:00:00 +0100,2,Cup,10.00,CUP,Ada L
        #1001,Ada@example.com,,,,,,,,,2026-01-02 10:00:00 +0100,1,Plate,10.00,PLATE,
        #1002,bob@example.com,refunded,2026-01-03 10:00:00 +0100,USD,20.00,0,0,20.00,20.00,2026-01-03 10:00:00 +0100,1,Bowl,20.00,BOWL,Bob
        #1003,,voided,,USD,99.00,0,0,99.00,0,2026-01-04 10:00:00 +0100,1,Cup,99.00,CUP,
        """;

    [Theory, MemberData(nameof(Engines))]
    public async Task Shopify_orders_with_lines_refunds_and_cancelled_ones(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        var report = await ImportAsync(store, "shopify-orders", Shopify);
        Assert.Equal((4, 4, 2, 2, 30m), (report.Rows, report.Created, report.Orders, report.Customers, report.Revenue));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 9, 0, 0, TimeSpan.Zero), await store.Database.ScalarAsync<DateTime>("select min(occurred_at) from events"), new SameInstant());
        Assert.Equal("ada@example.com", await store.Database.ScalarAsync<string>("select email from profiles where revenue = 30"));
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select count(*) from events where properties is not null and cast(properties as text) like '%@%'"));
        Assert.Equal(4, (await ImportAsync(store, "shopify-orders", Shopify)).Unchanged);
        var changed = await ImportAsync(store, "shopify-orders", Shopify.Replace("USD,30.00", "USD,28.00", StringComparison.Ordinal));
        Assert.Equal((2, 2), (changed.Updated, changed.Unchanged));
        Assert.Equal(28m, await store.Database.ScalarAsync<decimal>("select sum(revenue) from events"));
        Assert.Equal(48m, await store.Database.ScalarAsync<decimal>("select sum(revenue) from profiles"));
    }

    private sealed class SameInstant : IEqualityComparer<object>
    {
        public new bool Equals(object? x, object? y) => x is DateTimeOffset a && y is DateTime b && a.UtcDateTime == DateTime.SpecifyKind(b, DateTimeKind.Utc);

        public int GetHashCode(object obj) => 0;
    }

    [Fact]
    public async Task Spreadsheets_of_other_countries_are_read()
    {
        await using var store = await OpenAsync(Engine.DuckDb);
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        const string text = "InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country\n1;A;Käsegabel für süße Öfen;2;2026-01-02 10:00;1.234,50;7;Österreich\n";
        Assert.Equal(2469m, (await ImportAsync(store, "uci-online-retail", text, Encoding.Latin1)).Revenue);
        Assert.Equal("Käsegabel für süße Öfen", await store.Database.ScalarAsync<string>("select title from products"));
        var lines = Enumerable.Range(2, 30).Select(n => $"{n};B;纯棉毛巾 超柔软 家用 洗脸巾;2;2026-01-02 10:00;12,50;7;中华人民共和国\n");
        var chinese = await ImportAsync(store, "uci-online-retail", text.Split('\n')[0] + "\n" + string.Concat(lines), Encoding.GetEncoding("GB18030"));
        Assert.Equal(30, chinese.Created);
        Assert.Equal("纯棉毛巾 超柔软 家用 洗脸巾", await store.Database.ScalarAsync<string>("select title from products where id = 'B'"));
        Assert.Equal(0, (await ImportAsync(store, "uci-online-retail", text, Encoding.Unicode)).Created);
    }

    [Fact]
    public async Task Bad_rows_are_named_and_cost_nothing_else()
    {
        await using var store = await OpenAsync(Engine.DuckDb);
        var report = await ImportAsync(store, "uci-online-retail", """"
            InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
            1,A,Cup,two,2026-01-02 10:00,1.5,7,X
            2,A,"Cup, ""large""",2,2026-01-02 10:00,1.5,7,X
            3,A,Cup,2,someday,1.5,7,X
            4,A
            """");
        Assert.Equal((4, 1, 3), (report.Rows, report.Created, report.Skipped));
        Assert.Equal([(2, "Quantity"), (4, "InvoiceDate"), (5, "Quantity")], report.Errors.Select(e => (e.Line, e.Column)));
        Assert.Equal(3m, report.Revenue);
        Assert.Contains("is not a number", report.Errors[0].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n")]
    [InlineData("\n\n\n")]
    public async Task An_empty_file_imports_nothing(string text)
    {
        await using var store = await OpenAsync(Engine.DuckDb);
        Assert.Equal(0, (await ImportAsync(store, "uci-online-retail", text)).Created);
    }

    [Fact]
    public async Task Both_cdnow_files_and_events_line_by_line()
    {
        await using var store = await OpenAsync(Engine.DuckDb);
        Assert.Equal((2, 41.1m), await CountAsync("cdnow", " 00004 0001 19970101  2   29.33\n 00004 0001 19970101  1   11.77\n"));
        Assert.Equal((1, 12m), await CountAsync("cdnow", " 00009 19970101  1   12.00\n"));
        const string events = """
            {"type":"track","event":"Order Completed","messageId":"a","userId":"u","timestamp":"2026-01-01T00:00:00Z","properties":{"revenue":5}}
            {"type":"track","event":"x","userId":"u"}
            not json
            """;
        var report = await ImportAsync(store, "ndjson", events);
        Assert.Equal((1, 2, 5m), (report.Created, report.Skipped, report.Revenue));

        async Task<(long, decimal)> CountAsync(string preset, string text)
        {
            var done = await ImportAsync(store, preset, text);
            return (done.Created, done.Revenue);
        }
    }

    [Fact]
    public async Task Products_and_customers()
    {
        await using var store = await OpenAsync(Engine.DuckDb);
        var products = await ImportAsync(store, "shopify-products", """
            Handle,Title,Body (HTML),Vendor,Type,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty,Image Src,Cost per item
            cup,Cup,<p>Fired <b>twice</b> &amp; glazed.</p><style>p{}</style>,Potter,Kitchen,Red,CUP-R,10.00,5,https://img.example/1.jpg,4
            cup,,,,,Blue,CUP-B,11.00,0,,4
            """);
        Assert.Equal((2, 2), (products.Created, products.Products));
        Assert.Equal("Fired twice & glazed.", await store.Database.ScalarAsync<string>("select description from products where id = 'CUP-B'"));
        Assert.Equal("Cup (Blue)", await store.Database.ScalarAsync<string>("select title from products where id = 'CUP-B'"));
        var customers = await ImportAsync(store, "shopify-customers", "Customer ID,First Name,Last Name,Email,Country Code\n1,Ada,L,ada@example.com,GB\n2,,,,\n");
        Assert.Equal((2, 0), (customers.Created, customers.Skipped));
        Assert.Equal("Ada L", await store.Database.ScalarAsync<string>("select name from profiles where email = 'ada@example.com'"));
    }
}
