using BehaviorDashboard.Imports;
using Xunit;

namespace BehaviorDashboard.Tests.Imports;

/// <summary>Values that can be read in two ways are never guessed silently.</summary>
public class FormatTests
{
    private const string Semicolons = "InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country\n";

    private static async Task<ImportReport> RunAsync(ImportBench bench, FormatWish wish, params string[] texts)
    {
        var files = new List<string>();
        foreach (var text in texts) files.Add(await bench.FileAsync(text));
        return await bench.Service.RunAsync(new ImportRequest("uci-online-retail", files) { Format = wish });
    }

    [Fact]
    public async Task Thousands_or_a_fraction_is_asked_and_read_as_answered()
    {
        await using var bench = await ImportBench.OpenAsync();
        const string text = Semicolons + "1;A;Cup;1;2026-01-02 10:00;1.234;7;X\n";
        var open = await Assert.ThrowsAsync<FormatQuestionException>(() => RunAsync(bench, new FormatWish(), text));
        Assert.Equal(("decimal", 2, "UnitPrice", "1.234"), (open.Questions[0].Asks, open.Questions[0].Line, open.Questions[0].Column, open.Questions[0].Value));
        Assert.Contains("--decimal comma", open.Message, StringComparison.Ordinal);
        Assert.Empty(await bench.Service.ListAsync());
        Assert.Equal(1234m, (await RunAsync(bench, new FormatWish(DecimalMark: DecimalMark.Comma), text)).Revenue);
        Assert.Equal(1.234m, (await RunAsync(bench, new FormatWish(DecimalMark: DecimalMark.Point), text.Replace("1;A", "2;A", StringComparison.Ordinal))).Revenue);
    }

    [Fact]
    public async Task A_file_of_something_else_is_refused_with_its_own_first_line()
    {
        await using var bench = await ImportBench.OpenAsync();
        var refused = await Assert.ThrowsAsync<ImportException>(() => RunAsync(bench, new FormatWish(), "Rechnung;Artikel\u0001\n1;A\n"));
        Assert.Contains("Rechnung;Artikel·", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await bench.Service.ListAsync());
    }

    [Theory, InlineData("utf-16"), InlineData("utf-16BE")]
    public async Task Text_of_two_bytes_a_character_is_read_without_a_byte_order_mark(string encoding)
    {
        await using var bench = await ImportBench.OpenAsync();
        var file = Path.Combine(bench.Store.Folder, "wide.csv");
        await File.WriteAllBytesAsync(file, System.Text.Encoding.GetEncoding(encoding).GetBytes(Semicolons + "1;A;超柔软毛巾;1;2026-01-02 10:00;2,50;7;中国\n"));
        Assert.Equal(2.5m, (await bench.Service.RunAsync(new ImportRequest("uci-online-retail", [file]))).Revenue);
        Assert.Equal("超柔软毛巾", await bench.ScalarAsync<string>("select title from products"));
    }

    [Theory]
    [InlineData("Müller", "windows-1252"), InlineData("São Paulo", "windows-1252"), InlineData("café", "windows-1252"), InlineData("€ 5", "windows-1252"), InlineData("Größe", "windows-1252"), InlineData("AÇÃO", "windows-1252")]
    [InlineData("¿Éste?", "windows-1252"), InlineData("Ø 5–10 cm", "windows-1252"), InlineData("L’été", "windows-1252"), InlineData("coração;Müller;5 £", "windows-1252"), InlineData("Crème brûlée;Fräulein Ünal", "windows-1252")]
    [InlineData("北京", "gb18030"), InlineData("中", "gb18030"), InlineData("李 雷,红", "gb18030"), InlineData("T恤", "gb18030"), InlineData("L码T恤衫", "gb18030"), InlineData("￥５０", "gb18030"), InlineData("琪", "gb18030"), InlineData("朱镕基", "gb18030")]
    [InlineData("Cup;北京;Blue", "gb18030"), InlineData("Mug;1;“中”", "gb18030"), InlineData("Müller;北京", "gb18030")]
    [InlineData("Müller;北京;€ 5", "utf-8"), InlineData("中", "utf-8"), InlineData("é", "utf-8"), InlineData("plain", "utf-8")]
    public void A_few_characters_tell_the_encoding(string text, string encoding)
    {
        System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);
        var written = System.Text.Encoding.GetEncoding(encoding);
        foreach (var file in new[] { text, $"Name;Amount\n{text};1.50\n", $"Name,City\n{text},\"{text}\"\nPlain,Town\n" })
            Assert.Equal(text, EncodingGuess.Of(written.GetBytes(file), cut: false).GetString(written.GetBytes(text)));
    }

    [Fact]
    public async Task The_encoding_is_told_by_a_character_far_behind_the_beginning_and_may_be_said_instead()
    {
        await using var bench = await ImportBench.OpenAsync();
        System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);
        var file = Path.Combine(bench.Store.Folder, "late.csv");
        var plain = string.Concat(Enumerable.Range(1, 4_000).Select(i => $"{i};A;A cup like any other;1;2026-01-13 10:00;2,50;7;X\n"));
        Assert.True(plain.Length > 128 * 1024);
        await File.WriteAllBytesAsync(file, System.Text.Encoding.GetEncoding("gb18030").GetBytes(Semicolons + plain + "4001;B;中;1;2026-01-13 10:00;2,50;7;X\n"));
        var report = await bench.Service.RunAsync(new ImportRequest("uci-online-retail", [file]));
        Assert.Equal(("gb18030", "中"), (report.Files[0].Encoding, await bench.ScalarAsync<string>("select title from products where id = 'B'")));

        await File.WriteAllBytesAsync(file, System.Text.Encoding.GetEncoding("big5").GetBytes(Semicolons + "5001;C;中文;1;2026-01-13 10:00;2,50;7;X\n"));
        report = await bench.Service.RunAsync(new ImportRequest("uci-online-retail", [file]) { Format = new FormatWish(Encoding: "big5") });
        Assert.Equal(("big5", "中文"), (report.Files[0].Encoding, await bench.ScalarAsync<string>("select title from products where id = 'C'")));
    }

    [Fact]
    public async Task A_file_that_proves_its_form_is_taken_without_asking()
    {
        await using var bench = await ImportBench.OpenAsync();
        // Far behind the value that is unclear, one that is not.
        var report = await RunAsync(bench, new FormatWish(), Semicolons + "1;A;Cup;1;03/04/2026;1.234;7;X\n" + "2;A;Cup;1;25/04/2026;0,50;7;X\n");
        Assert.Equal((1234.5m, 2), (report.Revenue, report.Created));
        Assert.Equal(("comma", "dmy", ";"), (report.Files[0].DecimalMark, report.Files[0].Dates, report.Files[0].Delimiter));
        Assert.Equal("2026-04-03", (await bench.ScalarAsync<DateTime>("select min(occurred_at) from events")).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Month_first_dates_are_read_when_the_file_proves_them()
    {
        await using var bench = await ImportBench.OpenAsync();
        var report = await RunAsync(bench, new FormatWish(), ImportBench.UciHeader + "1,A,Cup,1,12/1/2010 8:26,2.55,7,X\n2,A,Cup,1,12/13/2010 8:26,2.55,7,X\n");
        Assert.Equal(2, report.Created);
        Assert.Equal("2010-12-01", (await bench.ScalarAsync<DateTime>("select min(occurred_at) from events")).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Another_file_of_the_import_may_prove_it()
    {
        await using var bench = await ImportBench.OpenAsync();
        var report = await RunAsync(bench, new FormatWish(), ImportBench.UciHeader + "1,A,Cup,1,03/04/2026,2.55,7,X\n", ImportBench.UciHeader + "2,A,Cup,1,25/04/2026,2.55,7,X\n");
        Assert.Equal(2, report.Created);
        await Assert.ThrowsAsync<FormatQuestionException>(() => RunAsync(bench, new FormatWish(), ImportBench.UciHeader + "3,A,Cup,1,03/04/2026,2.55,7,X\n"));
    }

    [Fact]
    public async Task A_row_against_the_proof_is_refused_by_its_line()
    {
        await using var bench = await ImportBench.OpenAsync();
        var report = await RunAsync(bench, new FormatWish(), Semicolons + "1;A;Cup;1;25/04/2026;0,50;7;X\n2;A;Cup;1;04/25/2026;0,50;7;X\n3;A;Cup;1;25/04/2026;1.50;7;X\n");
        Assert.Equal([(3, "InvoiceDate"), (4, "UnitPrice")], report.Errors.Select(e => (e.Line, e.Column)));
    }

    [Fact]
    public async Task What_unpacks_without_end_is_stopped_in_words()
    {
        await using var bench = await ImportBench.OpenAsync(settings: new Dictionary<string, string?> { ["Imports:UnpackedMegabytes"] = "2" });
        var file = Path.Combine(bench.Store.Folder, "bomb.csv.gz");
        await using (var packed = new System.IO.Compression.GZipStream(File.Create(file), System.IO.Compression.CompressionLevel.Fastest))
        {
            await packed.WriteAsync(System.Text.Encoding.UTF8.GetBytes(ImportBench.UciHeader));
            var row = System.Text.Encoding.UTF8.GetBytes(ImportBench.Uci("1"));
            for (var i = 0; i < 100_000; i++) await packed.WriteAsync(row);
        }
        var problem = await Assert.ThrowsAsync<ImportException>(() => bench.Service.RunAsync(new ImportRequest("uci-online-retail", [file])));
        Assert.Contains("Imports:UnpackedMegabytes", problem.Message, StringComparison.Ordinal);
    }
}
