using System.Text.Json;
using BehaviorDashboard.Look;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;
using Xunit;

namespace BehaviorDashboard.WebTests.Look;

public class ChartTests : LookContext
{
    private ChartModel Lines => Charts.Time(Clock, "Time", [new("Revenue", [(Noon, 5), (Noon.AddHours(1), null)]), new("Before", [(Noon, 4)], Dashed: true)]);

    [Fact]
    public void Time_stands_on_the_shops_clock_and_a_gap_stays_a_gap()
    {
        var json = JsonSerializer.SerializeToElement(Lines.Options);
        var points = json.GetProperty("series")[0].GetProperty("data");
        Assert.Equal(Noon.AddHours(8).ToUnixTimeMilliseconds(), points[0][0].GetInt64());
        Assert.Equal(JsonValueKind.Null, points[1][1].ValueKind);
        Assert.False(json.GetProperty("yAxis").GetProperty("scale").GetBoolean());
    }

    [Fact]
    public void The_table_holds_the_same_figures_and_downloads_as_csv()
    {
        Read("en");
        var module = JSInterop.SetupModule("./js/charts.js");
        module.Mode = JSRuntimeMode.Loose;
        var chart = Render<EChart>(p => p.Add(c => c.Model, Lines).Add(c => c.Label, "Revenue by hour"));
        Assert.Equal("Revenue by hour", chart.Find("[role=img]").GetAttribute("aria-label"));
        chart.Find("[aria-label='Show as a table']").Click();
        Assert.Equal(["24 Nov 2026, 12:00", "5", "4", "24 Nov 2026, 13:00", "–", "–"], chart.FindAll("td").Select(c => c.TextContent));
        chart.Find("[aria-label='Download as CSV']").Click();
        var sent = module.Invocations["download"].Single().Arguments;
        Assert.Equal("Revenue by hour.csv", sent[0]);
        Assert.Equal("Time,Revenue,Before\r\n2026-11-24T12:00:00+08:00,5,4\r\n2026-11-24T13:00:00+08:00,,\r\n", sent[1]);
    }

    [Fact]
    public async Task The_figures_travel_once_and_then_only_new_points()
    {
        var module = JSInterop.SetupModule("./js/charts.js");
        module.Mode = JSRuntimeMode.Loose;
        var chart = Render<EChart>(p => p.Add(c => c.Model, Lines).Add(c => c.Label, "Revenue"));
        chart.Render(p => p.Add(c => c.Model, Lines));
        Assert.Single(module.Invocations["show"]);
        await chart.Instance.PushAsync([new ChartPoint(0, Noon.AddHours(2), 7)]);
        Assert.Single(module.Invocations["push"]);
        Assert.Single(module.Invocations["show"]);
    }

    [Fact]
    public async Task A_page_left_before_its_chart_could_be_drawn_draws_nothing()
    {
        var browser = new SlowBrowser();
        Services.AddSingleton<IJSRuntime>(browser);
        Render<EChart>(p => p.Add(c => c.Model, Lines).Add(c => c.Label, "Revenue"));
        await DisposeComponentsAsync();
        browser.Loaded.SetResult(browser);
        await browser.Forgotten.Task.WaitAsync(TimeSpan.FromSeconds(10), Xunit.TestContext.Current.CancellationToken);
        Assert.DoesNotContain("show", browser.Asked);
    }

    [Fact]
    public void A_funnel_names_the_share_of_the_step_before()
    {
        var table = Charts.Funnel("Step", "Sessions", [("Viewed", 1000), ("Cart", 400), ("Order", null)]).Table;
        Assert.Equal([null, 40.0, null], table.Rows.Select(r => r[2]));
    }

    /// <summary>A browser that takes its time to load the script.</summary>
    private sealed class SlowBrowser : IJSRuntime, IJSObjectReference
    {
        public TaskCompletionSource<IJSObjectReference> Loaded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Forgotten { get; } = new();

        public List<string> Asked { get; } = [];

        public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args)
        {
            Asked.Add(identifier);
            return identifier == "import" ? (TValue)await Loaded.Task : default!;
        }

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);

        public ValueTask DisposeAsync()
        {
            Forgotten.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}
