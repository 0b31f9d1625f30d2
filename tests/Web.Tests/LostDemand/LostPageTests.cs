using AngleSharp.Dom;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Learning;
using BehaviorDashboard.LostDemand;
using BehaviorDashboard.LostDemand.Pages;
using BehaviorDashboard.Reports;
using BehaviorDashboard.Testing;
using BehaviorDashboard.WebTests.Look;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.LostDemand;

/// <summary>A page of a report that is kept: never waits for it, shows it with its age, and asks for a new one.</summary>
public class LostPageTests : LookContext
{
    [Fact]
    public async Task It_is_there_before_its_figures_shows_their_age_and_keeps_them_while_new_ones_are_worked_out()
    {
        Read("en");
        await using var store = await TestStore.OpenAsync(Engine.DuckDb, [new LearningModule(), new CatalogModule(), new ForecastingModule(), new InventoryModule(), new LostDemandModule()], Time,
            s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(Clock));
        await store.Writer.AppendAsync([Searched("s1", "teapot")]);
        Services.AddSingleton(store.Services.GetRequiredService<LostDemandService>());
        AddAuthorization().SetAuthorized("ann").SetPolicies(Access.ViewKpis);
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        // One report is worked out at a time: this one holds all others up.
        TaskCompletionSource<object> busy = null!;
        var other = new KeptReport<int, object>(store.Services.GetRequiredService<KeptReports>(), (_, cancel) => busy.Task.WaitAsync(cancel));
        HoldUp(1);

        var page = Render<Lost>();
        Assert.Contains("Being worked out", page.Find("[data-pending][role=status]").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-needs], .bd-age, [data-refresh]"));
        busy.SetResult(busy);
        page.WaitForAssertion(() => Assert.Equal("teapot", page.Find("[data-needs] td").TextContent), TimeSpan.FromSeconds(20));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[data-pending]")), TimeSpan.FromSeconds(20));
        Assert.Equal("0", page.Find(".bd-age").GetAttribute("data-age"));

        await store.Writer.AppendAsync([Searched("s2", "kettle")]);
        Time.Advance(TimeSpan.FromMinutes(2));
        HoldUp(2);
        page.Find("[data-refresh]").Click();
        Assert.True(page.Find("[data-refresh]").IsDisabled());
        Assert.Equal(["teapot"], Needs());
        busy.SetResult(busy);
        page.WaitForAssertion(() =>
        {
            Assert.Equal(["kettle", "teapot"], Needs());
            Assert.False(page.Find("[data-refresh]").IsDisabled());
        }, TimeSpan.FromSeconds(20));

        HoldUp(3);
        Services.GetRequiredService<NavigationManager>().NavigateTo("supply/lost-demand?range=7d");
        page.Render();
        Assert.NotNull(page.Find("[data-pending]"));
        Assert.Empty(page.FindAll("[data-needs]"));
        busy.SetResult(busy);
        page.WaitForAssertion(() => Assert.Equal(["kettle", "teapot"], Needs()), TimeSpan.FromSeconds(20));

        List<string> Needs() => [.. page.FindAll("[data-needs] tbody td:first-child").Select(c => c.TextContent).Order()];

        void HoldUp(int number)
        {
            busy = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
            Assert.True(other.Look(number).IsRunning);
            Assert.True(SpinWait.SpinUntil(() => store.Services.GetRequiredService<KeptReports>().IsBusy, TimeSpan.FromSeconds(10)));
        }
    }

    private static BehaviorDashboard.Events.ShopEvent Searched(string id, string query) => Make.Event(id, "Products Searched", "v" + id, at: Noon.AddHours(-1), query: query, properties: """{"results":0}""");
}
