using System.Text.Json;
using BehaviorDashboard.Testing;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace BehaviorDashboard.EndToEnd;

/// <summary>A table nobody knows is uploaded, mapped, tried, imported, looked at and taken back.</summary>
public class ImportTests(Browser browser)
{
    private const string Odd = "Beleg;Wann;Wer;Was;Stk;Betrag je\nA1;03/04/2026 10:00;k7;Tasse;2;10,50\nA1;03/04/2026 10:00;k7;Teller;1;4,00\nA2;04/04/2026;k8;Tasse;1;10,50\nA3;05/04/2026;k8;\"Tasse;1;10,50\nA4;06/04/2026;k9;Tasse;1;10,50\n";

    [Fact]
    public async Task A_table_of_odd_columns_becomes_orders_and_goes_again()
    {
        await using var product = await ProductProcess.StartAsync();
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        var file = Path.Combine(product.Folder, "odd.csv");
        await File.WriteAllTextAsync(file, Odd);
        await page.GotoAsync("/data/import");
        await watched.AssertAccessibleAsync();
        await (await watched.FileFieldAsync()).SetInputFilesAsync(file);
        await Expect(page.Locator("[data-guess]")).ToContainTextAsync("No known export has these columns");
        await Expect(page.Locator("[data-needed]")).ToHaveCountAsync(2);

        foreach (var (field, column) in new[] { ("order_id", "Beleg"), ("date", "Wann"), ("customer_id", "Wer"), ("product_id", "Was"), ("quantity", "Stk"), ("price", "Betrag je") })
        {
            await page.Locator($"[data-field={field}]").SelectOptionAsync(column);
            await Expect(page.Locator($"[data-field={field}]")).ToHaveValueAsync(column);
            await Expect(page.Locator(".bd-progress")).ToHaveCountAsync(0);
        }
        // March or April: nothing in the file tells, so it is asked.
        await Expect(page.Locator("[data-question=dates]")).ToContainTextAsync("03/04/2026");
        await Expect(page.Locator("[data-import]")).ToHaveCountAsync(0);
        await page.Locator("[data-dates]").SelectOptionAsync("DayFirst");
        await Expect(page.Locator("[data-preview]")).ToContainTextAsync("3 Apr 2026");
        await Expect(page.Locator("[data-preview]")).ToContainTextAsync("$25.00");
        await watched.AssertAccessibleAsync();

        await page.Locator("[data-try]").ClickAsync();
        await Expect(page.Locator("[data-rows]")).ToHaveTextAsync("5 rows: 4 created, 0 updated, 0 unchanged, 1 skipped.");
        await page.Locator("[data-import]").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("One import");
        await Expect(page.Locator("[data-rows]")).ToHaveTextAsync("5 rows: 4 created, 0 updated, 0 unchanged, 1 skipped.");
        await Expect(page.Locator("[data-errors]")).ToContainTextAsync("a quote is opened and not closed");
        await watched.AssertAccessibleAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator("[data-skipped]").ClickAsync());
        Assert.Contains("A3;05/04/2026", await File.ReadAllTextAsync((await download.PathAsync())!), StringComparison.Ordinal);
        Assert.Equal(46m, await RevenueAsync(product));

        await page.Locator("[data-undo]").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).Locator("input").FillAsync("5");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Undo", Exact = true }).ClickAsync();
        await Expect(page.Locator(".bd-lead")).ToContainTextAsync("undone");
        Assert.Equal(0m, await RevenueAsync(product));

        // The next file with these columns is known.
        await page.GotoAsync("/data/import");
        await watched.AssertAccessibleAsync();
        await (await watched.FileFieldAsync()).SetInputFilesAsync(file);
        await Expect(page.Locator("[data-guess]")).ToContainTextAsync("the same mapping is used again");
        await Expect(page.Locator("[data-history] tbody tr")).ToHaveCountAsync(1);
        watched.AssertClean();
    }

    private static async Task<decimal> RevenueAsync(ProductProcess product)
    {
        var (exitCode, output, errors) = await ProductProcess.RunAsync(product.Folder, "kpis", "--from", "2026-04-01", "--to", "2026-04-30", "--json");
        Assert.True(exitCode == 0, output + errors);
        return JsonDocument.Parse(output).RootElement.GetProperty("revenue").GetDecimal();
    }
}
