using BehaviorDashboard.Imports;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Imports;

/// <summary>Any table can be imported once somebody has said which column is what.</summary>
public class MapperTests
{
    private const string Odd = "Beleg;Wann;Wer;Was;Stk;Preis\nA1;25.04.2026 10:00;k7;Tasse;2;1.234,50\nA1;25.04.2026 10:00;k7;Teller;1;10,00\nA2;26.04.2026;k8;Tasse;1;5,00\n";

    private static readonly ColumnMapping Mapping = new(MappedKind.Orders, new Dictionary<string, string>
    {
        ["order_id"] = "Beleg", ["date"] = "Wann", ["customer_id"] = "Wer", ["product_id"] = "Was", ["quantity"] = "Stk", ["price"] = "Preis",
    });

    [Fact]
    public async Task A_mapping_is_remembered_for_the_next_file_with_these_columns()
    {
        await using var bench = await ImportBench.OpenAsync();
        var file = await bench.FileAsync(Odd);
        Assert.False((await bench.Service.GuessAsync(file, new FormatWish())).Remembered);
        var refused = await Assert.ThrowsAsync<ImportException>(() => bench.Service.RunAsync(new ImportRequest(ImportRequest.Guess, [file])));
        Assert.Contains("Beleg, Wann", refused.Message, StringComparison.Ordinal);
        var report = await bench.Service.RunAsync(new ImportRequest(ColumnMapping.Preset, [file]) { Mapping = Mapping });
        Assert.Equal((3L, 2L, 2484m), (report.Created, report.Orders, report.Revenue));
        // Columns in another order, more rows, no word about the mapping.
        var next = await bench.FileAsync("Preis;Stk;Was;Wer;Wann;Beleg\n7,50;1;Tasse;k9;27.04.2026;A3\n");
        var second = await bench.Service.RunAsync(new ImportRequest(ImportRequest.Guess, [next]));
        Assert.Equal((ColumnMapping.Preset, 1L, 7.5m), (second.Preset, second.Created, second.Revenue));
        Assert.Equal(3, (await bench.Service.RunAsync(new ImportRequest(ImportRequest.Guess, [file]))).Unchanged);
    }

    [Fact]
    public async Task The_preview_shows_what_will_be_read_and_stores_nothing()
    {
        await using var bench = await ImportBench.OpenAsync();
        var preview = await bench.Service.PreviewAsync(new ImportRequest(ColumnMapping.Preset, [await bench.FileAsync(Odd + "A4;soon;k1;Tasse;1;1,00\n")]) { Mapping = Mapping });
        Assert.Equal([("A1", 2479m), ("A2", 5m)], preview.Lines.Select(l => (l.Name, l.Revenue!.Value)));
        Assert.Equal((5, "Wann"), (Assert.Single(preview.Skipped).Line, preview.Skipped[0].Column));
        Assert.Equal(("comma", "dmy"), (preview.Files[0].DecimalMark, preview.Files[0].Dates));
        Assert.Equal(0, await bench.ScalarAsync<long>("select (select count(*) from events) + (select count(*) from imports) + (select count(*) from import_mappings)"));
    }

    [Fact]
    public async Task Customers_products_and_events_are_mapped_too()
    {
        await using var bench = await ImportBench.OpenAsync();
        var customers = await RunAsync(MappedKind.Customers, "Nr,Mail,Vorname,Club\nk1,Ada@Example.com,Ada,gold\n,,,silver\n", ("customer_id", "Nr"), ("email", "Mail"), ("first_name", "Vorname"));
        Assert.Equal((1L, 1L), (customers.Created, customers.Skipped));
        Assert.Equal("gold", await bench.ScalarAsync<string>("select traits ->> 'Club' from profiles where email = 'ada@example.com'"));
        var products = await RunAsync(MappedKind.Products, "Artikel,Text,VK,Bestand\np1,Tasse,9.99,12\n", ("product_id", "Artikel"), ("title", "Text"), ("price", "VK"), ("stock", "Bestand"));
        Assert.Equal((1, 12L), (products.Products, await bench.ScalarAsync<long>("select stock from products where id = 'p1'")));
        const string events = "aktion,wann,besucher,artikel,farbe\nview_item,2026-01-02 10:00,v1,p1,rot\nview_item,2026-01-02 10:00,v1,p1,rot\nview_item,never,v1,p1,rot\n";
        var mapped = await RunAsync(MappedKind.Events, events, ("event", "aktion"), ("date", "wann"), ("anonymous_id", "besucher"), ("product_id", "artikel"));
        // Two rows alike in everything are one event.
        Assert.Equal((1L, 1L, 1L), (mapped.Created, mapped.Unchanged, mapped.Skipped));
        Assert.Equal(1, await bench.ScalarAsync<long>("select count(*) from events where name = 'Product Viewed' and user_id = 'anon:v1' and product_id = 'p1' and (properties ->> 'farbe') = 'rot'"));

        async Task<ImportReport> RunAsync(MappedKind kind, string text, params (string Field, string Column)[] columns) =>
            await bench.Service.RunAsync(new ImportRequest(ColumnMapping.Preset, [await bench.FileAsync(text)]) { Mapping = new ColumnMapping(kind, columns.ToDictionary(c => c.Field, c => c.Column)) });
    }

    [Fact]
    public async Task A_mapping_that_does_not_fit_is_refused_in_words()
    {
        await using var bench = await ImportBench.OpenAsync();
        var file = await bench.FileAsync(Odd);
        var missing = await Assert.ThrowsAsync<ImportException>(() => RunAsync(("order_id", "Beleg")));
        Assert.Contains("Name the column for date", missing.Message, StringComparison.Ordinal);
        var wrong = await Assert.ThrowsAsync<ImportException>(() => RunAsync(("order_id", "Nr"), ("date", "Wann"), ("colour", "Was")));
        Assert.Contains("There is no column 'Nr'", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("'colour' is no field", wrong.Message, StringComparison.Ordinal);

        Task<ImportReport> RunAsync(params (string Field, string Column)[] columns) =>
            bench.Service.RunAsync(new ImportRequest(ColumnMapping.Preset, [file]) { Mapping = new ColumnMapping(MappedKind.Orders, columns.ToDictionary(c => c.Field, c => c.Column)) });
    }

    public static TheoryData<string, string?, string> Headers => new()
    {
        { "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n", "uci-online-retail", "" },
        { "Name,Email,Financial Status,Paid at,Currency,Subtotal,Created at,Lineitem quantity,Lineitem name,Lineitem price\n", "shopify-orders", "" },
        { "Handle,Title,Vendor,Type,Variant SKU,Variant Price\n", "shopify-products", "" },
        { "First Name,Last Name,Email,Accepts Email Marketing\n", "shopify-customers", "" },
        { "Order Number,Order Date,Order Status,Item Name,Quantity,Item Cost\n", "woocommerce-orders", "" },
        { " 00004 0001 19970101  2   29.33\n", "cdnow", "" },
        { "{\"type\":\"track\"}\n", "ndjson", "" },
        { "Bestellnummer;Bestelldatum;Kundennummer;Artikelnummer;Menge;Einzelpreis;Gesamtbetrag\n", null, "order_id=Bestellnummer,date=Bestelldatum,customer_id=Kundennummer,total=Gesamtbetrag,product_id=Artikelnummer,price=Einzelpreis,quantity=Menge" },
        { "订单号,下单时间,客户编号,商品编号,数量,单价\n", null, "order_id=订单号,date=下单时间,customer_id=客户编号,product_id=商品编号,price=单价,quantity=数量" },
    };

    [Theory, MemberData(nameof(Headers))]
    public async Task The_header_tells_what_a_file_is(string header, string? preset, string mapping)
    {
        await using var bench = await ImportBench.OpenAsync();
        var guess = await bench.Service.GuessAsync(await bench.FileAsync(header), new FormatWish());
        Assert.Equal(preset, guess.Preset);
        if (mapping.Length > 0) Assert.Equal(mapping, string.Join(',', guess.Mapping!.Columns.Select(c => $"{c.Key}={c.Value}")));
    }

    [Fact]
    public async Task The_error_file_holds_every_skipped_row_and_forgets_an_erased_person()
    {
        await using var bench = await ImportBench.OpenAsync();
        var rows = string.Concat(Enumerable.Range(1, 3_000).Select(i => $"{i},A,\"Cup, {i}\",x,2026-01-02 10:00,1,{(i % 2 == 0 ? "even" : "odd")},X\n"));
        var report = await bench.ImportAsync("uci-online-retail", ImportBench.UciHeader + rows);
        Assert.Equal((3_000L, 3_000L), (report.Skipped, report.SkippedKept));
        var path = Path.Combine(bench.Store.Folder, "imports", $"{report.Id}-skipped.csv");
        Assert.Equal(3_001, (await File.ReadAllLinesAsync(path)).Length);
        Assert.Equal(1_500, ErrorFile.Without(path, row => row.Contains(",odd,", StringComparison.Ordinal), write: true));
        var left = await File.ReadAllTextAsync(path);
        Assert.Equal(1_501, left.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("\"2,A,Cup, 2,x,2026-01-02 10:00,1,even,X\"", left, StringComparison.Ordinal);
    }
}
