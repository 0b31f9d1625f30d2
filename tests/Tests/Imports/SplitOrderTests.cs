using BehaviorDashboard.Imports;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Imports;

/// <summary>An order counts once and whole: in pieces and from two files.</summary>
public class SplitOrderTests
{
    public static TheoryData<Engine> Engines => ImportBench.Engines;

    private const string Shop = "uci-online-retail";

    private static string File(params string[] rows) => ImportBench.UciHeader + string.Concat(rows);

    private static async Task<ImportReport> JoinAsync(ImportBench bench, params string[] texts)
    {
        var files = new List<string>();
        foreach (var text in texts) files.Add(await bench.FileAsync(text));
        return await bench.Service.RunAsync(new ImportRequest(Shop, files) { Join = true });
    }

    [Fact]
    public async Task Two_pieces_in_one_import_are_reported_and_nothing_is_replaced()
    {
        await using var bench = await ImportBench.OpenAsync();
        foreach (var dry in new[] { true, false })
        {
            var files = new[] { await bench.FileAsync(File(ImportBench.Uci("1", 10), ImportBench.Uci("2", 1))), await bench.FileAsync(File(ImportBench.Uci("1", 5, product: "B"), ImportBench.Uci("3", 1))) };
            var report = await bench.Service.RunAsync(new ImportRequest(Shop, files, dry));
            Assert.Equal((4L, 3L, 1L), (report.Rows, report.Created, report.Skipped));
            Assert.Contains("order 1 came before in this import", report.Errors[0].Reason, StringComparison.Ordinal);
            Assert.Equal(2, report.Errors[0].Line);
        }
        Assert.Equal(12m, await bench.RevenueAsync());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Pieces_are_joined_when_told_so_once(Engine engine)
    {
        await using var bench = await ImportBench.OpenAsync(engine);
        string[] pieces = [File(ImportBench.Uci("1", 10), ImportBench.Uci("2", 1)), File(ImportBench.Uci("1", 5, product: "B"))];
        var report = await JoinAsync(bench, pieces);
        Assert.Equal((2L, 1L, 2L, 16m), (report.Created, report.Joined, report.Orders, report.Revenue));
        await AssertJoinedAsync();
        Assert.Equal(3, (await JoinAsync(bench, pieces)).Unchanged);
        Assert.Equal(1, (await bench.ImportAsync(Shop, pieces[1])).Unchanged);
        await AssertJoinedAsync();
        await bench.Service.UndoAsync(report.Id);
        Assert.Equal(0, await bench.ScalarAsync<long>("select (select count(*) from events) + (select count(*) from profiles)"));

        async Task AssertJoinedAsync()
        {
            Assert.Equal(16m, await bench.RevenueAsync());
            Assert.Equal(3, await bench.ScalarAsync<long>("select count(*) from events where type = 'item'"));
            Assert.Equal((2L, 16m), (await bench.ScalarAsync<long>("select orders from profiles"), await bench.ScalarAsync<decimal>("select revenue from profiles")));
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_piece_of_a_later_import_is_joined_and_taken_off_again(Engine engine)
    {
        await using var bench = await ImportBench.OpenAsync(engine);
        var first = await bench.ImportAsync(Shop, File(ImportBench.Uci("1", 10)));
        var second = await JoinAsync(bench, File(ImportBench.Uci("1", 5, product: "B")));
        Assert.Equal((1L, 15m), (second.Joined, await bench.RevenueAsync()));
        await Assert.ThrowsAsync<ImportException>(() => bench.Service.UndoAsync(first.Id));
        await bench.Service.UndoAsync(second.Id);
        Assert.Equal((10m, 1L), (await bench.RevenueAsync(), await bench.ScalarAsync<long>("select count(*) from events where type = 'item'")));
        Assert.Equal((1L, 10m), (await bench.ScalarAsync<long>("select orders from profiles"), await bench.ScalarAsync<decimal>("select revenue from profiles")));
    }

    [Fact]
    public async Task Scattered_rows_of_an_order_are_put_together_when_told_so()
    {
        await using var bench = await ImportBench.OpenAsync();
        var between = string.Concat(Enumerable.Range(100, 200).Select(n => ImportBench.Uci($"{n}")));
        var report = await JoinAsync(bench, File(ImportBench.Uci("1", 10), between, ImportBench.Uci("1", 5, product: "B")));
        Assert.Equal((215m, 201L), (await bench.RevenueAsync(), report.Orders));
    }
}
