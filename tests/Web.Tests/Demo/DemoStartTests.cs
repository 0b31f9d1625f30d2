using System.Text.RegularExpressions;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.WebTests.Demo;

/// <summary><c>--demo</c> as a newcomer starts it, on a small shop.</summary>
public sealed partial class DemoStartTests : IDisposable
{
    private static readonly string[] SmallDemo = ["--demo", "--Demo:Scale=0.1", "--Demo:BackfillDays=90"];
    private readonly string _folder = Directory.CreateTempSubdirectory("demo-start-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_fills_an_empty_store_and_a_second_start_sends_no_history_again()
    {
        Assert.True(await HistoryAsync() > 2_000);
        Assert.InRange(await HistoryAsync(), 0, 20);
    }

    [Fact]
    public async Task Killed_half_way_it_goes_on_at_the_next_start()
    {
        await using (var product = await ProductProcess.StartAsync(_folder, SmallDemo))
        {
            await WaitAsync(product, "the last weeks are in");
            await product.KillAsync();
        }
        Assert.True(await HistoryAsync() > 0);
        Assert.InRange(await HistoryAsync(), 0, 20);
    }

    /// <returns>Events the start sent before it went on live.</returns>
    private async Task<int> HistoryAsync()
    {
        await using var product = await ProductProcess.StartAsync(_folder, SmallDemo);
        var line = await WaitAsync(product, "the history is complete");
        return int.Parse(Count().Match(line).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<string> WaitAsync(ProductProcess product, string said)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            if (product.Output.Split('\n').FirstOrDefault(l => l.Contains(said, StringComparison.Ordinal)) is { } line) return line;
            await Task.Delay(50, limit.Token);
        }
    }

    [GeneratedRegex(@"\((\d+) events sent\)")]
    private static partial Regex Count();
}
