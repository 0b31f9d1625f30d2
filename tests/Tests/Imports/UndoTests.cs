using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Imports;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Imports;

/// <summary>An undo leaves what was there before, order by order and trait by trait; a stopped import goes on as itself.</summary>
public class UndoTests
{
    public static TheoryData<Engine> Engines => ImportBench.Engines;

    private const string Shop = "uci-online-retail";

    private static Task<ImportReport> BringAsync(ImportBench bench, params string[] rows) => bench.ImportAsync(Shop, ImportBench.UciHeader + string.Concat(rows));

    [Theory, MemberData(nameof(Engines))]
    public async Task An_import_that_changed_orders_gives_the_old_ones_back(Engine engine)
    {
        await using var bench = await ImportBench.OpenAsync(engine);
        var first = await BringAsync(bench, ImportBench.Uci("1", 10), ImportBench.Uci("2", 20));
        var second = await BringAsync(bench, ImportBench.Uci("1", 15), ImportBench.Uci("3", 30));
        Assert.Equal((1, 1), (second.Updated, second.Created));
        Assert.Equal(65m, await bench.RevenueAsync());
        await bench.Service.UndoAsync(second.Id);
        Assert.Equal(30m, await bench.RevenueAsync());
        Assert.Equal(30m, await bench.ScalarAsync<decimal>("select revenue from profiles where user_id = '7'"));
        Assert.Equal(2, (await BringAsync(bench, ImportBench.Uci("1", 10), ImportBench.Uci("2", 20))).Unchanged);
        await bench.Service.UndoAsync(first.Id);
        Assert.Equal(0, await bench.ScalarAsync<long>("select (select count(*) from events) + (select count(*) from profiles)"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Asked_twice_at_once_an_import_is_undone_once(Engine engine)
    {
        await using var bench = await ImportBench.OpenAsync(engine);
        var first = await BringAsync(bench, ImportBench.Uci("1", 10), ImportBench.Uci("2", 20));
        var second = await BringAsync(bench, ImportBench.Uci("1", 15), ImportBench.Uci("3", 30));
        var removed = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => bench.Service.UndoAsync(second.Id))));
        Assert.Equal([0, 0, 4], removed.Order());
        Assert.Equal(0, await bench.Service.UndoAsync(second.Id));
        Assert.Equal((30m, 30m), (await bench.RevenueAsync(), await bench.ScalarAsync<decimal>("select revenue from profiles where user_id = '7'")));
        Assert.Equal($"import.undone {second.Id}", Assert.Single(bench.Audit.Actions, a => a.StartsWith("import.undone", StringComparison.Ordinal)));
        // What was undone is there again when its file comes again, and the other two tabs take nothing from that.
        var again = await BringAsync(bench, ImportBench.Uci("1", 15), ImportBench.Uci("3", 30));
        Assert.Equal(0, await bench.Service.UndoAsync(second.Id));
        Assert.Equal((ImportLine.Done, 65m), ((await bench.Service.FindAsync(again.Id))!.Status, await bench.RevenueAsync()));
        Assert.NotEqual(first.Id, again.Id);
    }

    [Fact]
    public async Task Whoever_imports_or_undoes_stands_in_the_audit_log_and_who_only_tries_does_not()
    {
        await using var bench = await ImportBench.OpenAsync();
        var file = await bench.FileAsync(ImportBench.UciHeader + ImportBench.Uci("1"));
        await bench.Service.RunAsync(new ImportRequest(Shop, [file], DryRun: true));
        Assert.Empty(bench.Audit.Entries);
        var done = await bench.Service.RunAsync(new ImportRequest(Shop, [file]));
        await bench.Store.Database.ExecuteAsync("update imports set status = 'cancelled'");
        await bench.Service.RunAsync(new ImportRequest(Shop, [file]));
        await bench.Service.UndoAsync(done.Id);
        Assert.Equal([$"import.begun {done.Id}", $"import.resumed {done.Id}", $"import.undone {done.Id}"], bench.Audit.Actions);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Imports_can_be_undone_in_any_order(Engine engine)
    {
        await using var bench = await ImportBench.OpenAsync(engine);
        var ids = new List<string>();
        foreach (var price in new[] { 10, 11, 12 })
        {
            ids.Add((await BringAsync(bench, ImportBench.Uci("1", price))).Id);
            await Task.Delay(2);
        }
        // The one in the middle: nothing shows, and the last one's undo finds the first.
        await bench.Service.UndoAsync(ids[1]);
        Assert.Equal(12m, await bench.RevenueAsync());
        await bench.Service.UndoAsync(ids[2]);
        Assert.Equal(10m, await bench.RevenueAsync());
        await bench.Service.UndoAsync(ids[0]);
        Assert.Equal(0, await bench.ScalarAsync<long>("select (select count(*) from events) + (select count(*) from import_replaced) + (select count(*) from import_replaced_events) + (select count(*) from import_entities)"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task The_first_import_is_undone_under_a_later_one(Engine engine)
    {
        await using var bench = await ImportBench.OpenAsync(engine);
        var first = await BringAsync(bench, ImportBench.Uci("1", 10));
        var second = await BringAsync(bench, ImportBench.Uci("1", 11));
        await bench.Service.UndoAsync(first.Id);
        Assert.Equal(11m, await bench.RevenueAsync());
        await bench.Service.UndoAsync(second.Id);
        Assert.Equal(0, await bench.ScalarAsync<long>("select count(*) from events"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Traits_go_back_to_what_they_were_and_later_ones_stay(Engine engine)
    {
        await using var bench = await ImportBench.OpenAsync(engine);
        await bench.SendAsync(Identify("live-1", "7", """{"country":"Old","plan":"a"}"""));
        var import = await BringAsync(bench, ImportBench.Uci("1", 10, country: "New"), ImportBench.Uci("2", 10, customer: "8", country: "New"));
        await bench.SendAsync(Identify("live-2", "8", """{"plan":"b"}"""));
        Assert.Equal("New", await CountryAsync("7"));
        await bench.Service.UndoAsync(import.Id);
        Assert.Equal("Old", await CountryAsync("7"));
        // Somebody whom other events keep: what the import said of them goes.
        Assert.Null(await CountryAsync("8"));
        Assert.Equal("b", await bench.ScalarAsync<string>("select traits ->> 'plan' from profiles where user_id = '8'"));
        var again = await BringAsync(bench, ImportBench.Uci("1", 10, country: "New"));
        await bench.SendAsync(Identify("live-3", "7", """{"country":"Newer"}"""));
        await bench.Service.UndoAsync(again.Id);
        Assert.Equal("Newer", await CountryAsync("7"));
        Assert.Equal(0, await bench.ScalarAsync<long>("select count(*) from import_traits"));

        Task<string?> CountryAsync(string person) => bench.ScalarAsync<string>($"select traits ->> 'country' from profiles where user_id = '{person}'");
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Facts_of_products_go_back_to_what_they_were_and_later_ones_stay(Engine engine)
    {
        await using var bench = await ImportBench.OpenAsync(engine);
        await bench.Store.Services.GetRequiredService<IProductCatalog>().UpsertAsync([new ProductFact("A", "Old cup", "Old", Price: 5, Stock: 7)], "feed", dryRun: false, TestContext.Current.CancellationToken);
        var first = await ProductsAsync("A,Cup,Kitchen,6.50,3", "B,Bowl,Kitchen,9,1", "C,Can,Kitchen,1,1");
        var second = await ProductsAsync("A,Cup,Table,7,3", "B,Bowl,,9,2");
        Assert.Equal("Cup Table 7 3", await FactsAsync("A"));
        // In the other order: what the later one said too stays, and so does the product only it still names.
        await bench.Service.UndoAsync(first.Id);
        Assert.Equal("Cup Table 7 3", await FactsAsync("A"));
        Assert.Equal("Bowl – 9 2", await FactsAsync("B"));
        Assert.Null(await FactsAsync("C"));
        // Somebody counts the shelf and mends the title meanwhile.
        await bench.Store.Services.GetRequiredService<IProductCatalog>().UpsertAsync([new ProductFact("A", "Newer cup")], "feed", dryRun: false, TestContext.Current.CancellationToken);
        await bench.Service.UndoAsync(second.Id);
        Assert.Equal("Newer cup Old 5 7", await FactsAsync("A"));
        Assert.Equal(1, await bench.ScalarAsync<long>("select count(*) from products"));
        Assert.Equal(0, await bench.ScalarAsync<long>("select count(*) from product_facts_before"));

        async Task<ImportReport> ProductsAsync(params string[] rows)
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
            var file = await bench.FileAsync("id,title,category,price,stock\n" + string.Join('\n', rows) + "\n");
            return await bench.Service.RunAsync(new ImportRequest(ColumnMapping.Preset, [file]) { Mapping = new ColumnMapping(MappedKind.Products, new Dictionary<string, string>
            {
                ["product_id"] = "id", ["title"] = "title", ["category"] = "category", ["price"] = "price", ["stock"] = "stock",
            }) });
        }

        Task<string?> FactsAsync(string id) => bench.ScalarAsync<string>(
            $"select title || ' ' || coalesce(category, '–') || ' ' || cast(cast(price as bigint) as text) || ' ' || cast(stock as text) from products where id = '{id}'");
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_killed_import_goes_on_under_its_id_and_is_one_to_undo(Engine engine)
    {
        await using var bench = await ImportBench.OpenAsync(engine);
        var before = await BringAsync(bench, ImportBench.Uci("1", 1));
        var file = await bench.FileAsync(ImportBench.UciHeader + string.Concat(Enumerable.Range(1, 50).Select(i => ImportBench.Uci($"{i}", 2))));
        var report = await bench.Service.RunAsync(new ImportRequest(Shop, [file]));
        // What a process killed in the middle leaves: a line that says running, and half of what is remembered.
        await bench.Store.Database.ExecuteAsync("update imports set status = 'running', report = null, finished_at = null, alive_at = @Long where id = @Id", new { Long = DateTimeOffset.UtcNow.AddHours(-1), report.Id });
        await bench.Store.Database.ExecuteAsync("delete from import_entities where key like 'uci:4%'");
        await bench.Store.RestartAsync();
        Assert.Equal(ImportLine.Interrupted, (await bench.Service.FindAsync(report.Id))!.Status);

        var again = await bench.Service.RunAsync(new ImportRequest(Shop, [file]));
        Assert.Equal((report.Id, true, 49L, 1L, 0L), (again.Id, again.Resumed, again.Created, again.Updated, again.Unchanged));
        Assert.Equal(100m, await bench.RevenueAsync());
        Assert.Equal(2, (await bench.Service.ListAsync()).Count);
        await bench.Service.UndoAsync(again.Id);
        Assert.Equal(1m, await bench.RevenueAsync());
        Assert.Equal(1, (await BringAsync(bench, ImportBench.Uci("1", 1))).Unchanged);
        await bench.Service.UndoAsync(before.Id);
    }

    [Fact]
    public async Task A_running_import_of_another_process_is_not_called_interrupted()
    {
        await using var bench = await ImportBench.OpenAsync(Engine.Postgres);
        var report = await BringAsync(bench, ImportBench.Uci("1"));
        await bench.Store.Database.ExecuteAsync("update imports set status = 'running', alive_at = @Now", new { Now = DateTimeOffset.UtcNow });
        Assert.Equal(ImportLine.Running, Assert.Single(await bench.Service.ListAsync()).Status);
        await Assert.ThrowsAsync<ImportException>(() => bench.Service.UndoAsync(report.Id));
        await bench.Store.Database.ExecuteAsync("update imports set alive_at = @Then", new { Then = DateTimeOffset.UtcNow.AddMinutes(-10) });
        Assert.Equal(ImportLine.Interrupted, Assert.Single(await bench.Service.ListAsync()).Status);
    }

    private static ShopEvent Identify(string id, string user, string traits) => new()
    {
        MessageId = id,
        ReceivedAt = DateTimeOffset.UtcNow,
        OccurredAt = DateTimeOffset.UtcNow,
        Type = EventTypes.Identify,
        Name = EventTypes.Identify,
        SourceId = "key",
        UserId = user,
        Traits = traits,
    };
}
