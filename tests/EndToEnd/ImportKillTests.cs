using System.Globalization;
using System.Text;
using System.Text.Json;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.EndToEnd;

/// <summary>An import that is killed goes on where it was, and ends where one run would have ended.</summary>
public class ImportKillTests
{
    private const int Orders = 40_000;

    [Fact]
    public async Task An_import_that_was_killed_twice_ends_as_if_it_had_not_been()
    {
        var folder = Directory.CreateTempSubdirectory("behavior-import-kill-").FullName;
        var (file, revenue) = await OrdersAsync(folder);
        string[] import = ["import", "shopify-orders", file, "--json"];

        // First the command by itself, then a server that carries it out.
        await using (var command = ProductProcess.Begin(folder, import))
        {
            Assert.True(await command.WritesAsync(PastTenth), command.Output);
            await command.KillAsync();
        }
        await using (var server = await ProductProcess.StartAsync(folder))
        await using (var command = ProductProcess.Begin(folder, import))
        {
            Assert.True(await command.WritesAsync(PastTenth), command.Output);
            await server.KillAsync();
            Assert.Equal(1, await command.ExitAsync());
            Assert.Contains("The server stopped before the command had ended.", command.Output, StringComparison.Ordinal);
        }
        var (listed, list, _) = await ProductProcess.RunAsync(folder, "import", "--list");
        Assert.True(listed == 0 && list.Contains("interrupted", StringComparison.Ordinal), list);

        var report = await RunAsync(folder, import);
        Assert.True(report.GetProperty("resumed").GetBoolean(), "Both kills came when all was done: the test proved nothing.");
        Assert.Equal((Orders, 0, 0, revenue), (report.GetProperty("created").GetInt64(), report.GetProperty("unchanged").GetInt64(), report.GetProperty("skipped").GetInt64(), report.GetProperty("revenue").GetDecimal()));
        var kpis = await RunAsync(folder, "kpis", "--from", "2026-01-01", "--to", "2026-01-31", "--json");
        Assert.Equal((Orders, revenue), (kpis.GetProperty("orders").GetInt64(), kpis.GetProperty("revenue").GetDecimal()));
        Assert.Equal(Orders, (await RunAsync(folder, import)).GetProperty("unchanged").GetInt64());
        // One import, whatever happened to it.
        var id = report.GetProperty("id").GetString()!;
        Assert.Equal(0, (await ProductProcess.RunAsync(folder, "import", "--undo", id)).ExitCode);
        Assert.Equal(0m, (await RunAsync(folder, "kpis", "--from", "2026-01-01", "--to", "2026-01-31", "--json")).GetProperty("revenue").GetDecimal());
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Between a tenth and the end: something is stored, and something is not.</summary>
    private static bool PastTenth(string line) => line.Contains("orders.csv: ", StringComparison.Ordinal) && line.Split('%')[0].Trim() is var share && int.TryParse(share, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent >= 10;

    private static async Task<JsonElement> RunAsync(string folder, params string[] command)
    {
        var (exitCode, output, errors) = await ProductProcess.RunAsync(folder, command);
        Assert.True(exitCode == 0, output + errors);
        return JsonDocument.Parse(output).RootElement;
    }

    private static async Task<(string File, decimal Revenue)> OrdersAsync(string folder)
    {
        var text = new StringBuilder("Name,Email,Created at,Subtotal,Currency,Lineitem name,Lineitem sku,Lineitem price,Lineitem quantity\n");
        var revenue = 0m;
        for (var i = 0; i < Orders; i++)
        {
            var price = (i % 50) + 1.25m;
            revenue += price;
            text.Append(CultureInfo.InvariantCulture, $"#{i},c{i % 3_000}@example.com,2026-01-{(i % 28) + 1:00} 10:00:00 +0000,{price},USD,Cup,cup-{i % 100},{price},1\n");
        }
        var file = Path.Combine(folder, "orders.csv");
        await File.WriteAllTextAsync(file, text.ToString());
        return (file, revenue);
    }
}
