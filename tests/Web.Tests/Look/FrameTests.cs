using BehaviorDashboard.Contracts;
using BehaviorDashboard.Look;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Xunit;

namespace BehaviorDashboard.WebTests.Look;

public class FrameTests : LookContext
{
    [Fact]
    public void Progress_says_what_how_far_how_long_and_can_be_stopped()
    {
        Read("en");
        var stopped = false;
        var panel = Render<ProgressPanel>(p => p.Add(x => x.What, "Importing orders.csv").Add(x => x.Done, 250).Add(x => x.Total, 1000)
            .Add(x => x.StartedAt, Noon.AddSeconds(-30)).Add(x => x.OnCancel, EventCallback.Factory.Create(this, () => stopped = true)));
        Assert.Equal("25", panel.Find("[role=progressbar]").GetAttribute("aria-valuenow"));
        Assert.Contains("250 / 1,000 · 25%", panel.Markup, StringComparison.Ordinal);
        Assert.Contains("about 1 min 30 s to go", panel.Markup, StringComparison.Ordinal);
        panel.Find("button").Click();
        Assert.True(stopped);
    }

    [Fact]
    public void A_page_of_several_reports_is_as_old_as_the_oldest_and_says_what_is_missing_or_failed()
    {
        Read("en");
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        var (one, other) = (new Held { AsOf = Noon }, new Held());
        var both = new ReportWatches([one, other]);
        var head = Render<PageHeader>(p => p.Add(h => h.Title, "Lost").Add(h => h.Report, both));
        Assert.NotNull(head.Find("[data-pending]"));
        Assert.Empty(head.FindAll(".bd-age, [data-refresh]"));
        other.AsOf = Noon.AddMinutes(-3);
        head.Render();
        Assert.Equal("180000", head.Find(".bd-age").GetAttribute("data-age"));
        Assert.Empty(head.FindAll("[data-pending], [data-failed]"));
        head.Find("[data-refresh]").Click();
        Assert.Equal((1, 1), (one.Asked, other.Asked));
        other.Failed = true;
        head.Render();
        Assert.Contains("what is shown is older", head.Find("[data-failed][role=alert]").TextContent, StringComparison.Ordinal);
        other.AsOf = null;
        head.Render();
        Assert.Contains("could not be worked out", head.Find("[data-failed]").TextContent, StringComparison.Ordinal);
        Assert.NotNull(head.Find("[data-refresh]"));
    }

    private sealed class Held : IReportWatch
    {
        public DateTimeOffset? AsOf { get; set; }

        public bool IsMissing => AsOf is null;

        public bool IsRunning => false;

        public bool Failed { get; set; }

        public int Asked { get; private set; }

        public void Refresh() => Asked++;
    }

    [Fact]
    public void Pages_of_a_line_stand_beside_each_other_and_the_one_shown_is_marked()
    {
        Read("en");
        NavEntry Room(string href, string title) => new(href, title, "", 1, Access.ViewKpis, Room: "supply");
        var nav = Services.GetRequiredService<NavigationManager>();
        nav.NavigateTo("supply/proposals/12?x=1");
        var tabs = Render<PageTabs>(p => p.Add(x => x.Line, "supply").Add(x => x.First, "Nav.SupplyToday").AddCascadingValue<IReadOnlyList<NavEntry>>("Entries", [new NavEntry("supply", "Nav.Supply", "", 1, Access.ViewKpis), Room("supply/proposals", "Nav.Proposals"), Room("supply/excess", "Nav.Excess")]));
        Assert.Equal(["What to do today", "Purchase proposals", "Excess stock"], tabs.FindAll("a").Select(a => a.TextContent));
        Assert.Equal("supply/proposals", tabs.Find("[aria-current=page]").GetAttribute("href"));
        nav.NavigateTo("supply");
        tabs.Render();
        Assert.Equal("supply", tabs.Find("[aria-current=page]").GetAttribute("href"));
    }

    [Fact]
    public void Work_of_unknown_length_claims_no_percentage()
    {
        var panel = Render<ProgressPanel>(p => p.Add(x => x.What, "Counting").Add(x => x.Done, 17));
        Assert.Null(panel.Find("[role=progressbar]").GetAttribute("aria-valuenow"));
        Assert.DoesNotContain("%", panel.Find(".bd-num").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dangerous_act_waits_until_its_size_is_typed()
    {
        Read("en");
        Render<MudPopoverProvider>();
        var host = Render<MudDialogProvider>();
        var answer = host.InvokeAsync(() => Services.GetRequiredService<IDialogService>()
            .ConfirmSizeAsync(new DangerousAct("Merge", 3412, "people", "They become one.", "Merge people")));
        host.WaitForAssertion(() => Assert.Contains("3,412", host.Find(".bd-confirm-size").TextContent, StringComparison.Ordinal));
        Assert.True(host.Find(".mud-button-filled").HasAttribute("disabled"));
        host.Find("input").Input("341");
        Assert.True(host.Find(".mud-button-filled").HasAttribute("disabled"));
        host.Find("input").Input("3,412");
        host.Find(".mud-button-filled").Click();
        Assert.True(await answer);
    }

    [Fact]
    public async Task A_dangerous_act_can_be_left()
    {
        Read("en");
        Render<MudPopoverProvider>();
        var host = Render<MudDialogProvider>();
        var answer = host.InvokeAsync(() => Services.GetRequiredService<IDialogService>().ConfirmSizeAsync(new DangerousAct("Erase", 2, "people", "Gone.", "Erase")));
        host.WaitForElement(".bd-confirm-size");
        host.FindAll("button").Single(b => b.TextContent == "Cancel").Click();
        Assert.False(await answer);
    }

    [Fact]
    public void A_page_has_one_heading_and_its_age()
    {
        var header = Render<PageHeader>(p => p.Add(h => h.Title, "Live").Add(h => h.Lead, "812 orders.").Add(h => h.AsOf, Noon));
        Assert.Equal("Live", header.Find("h1").TextContent);
        Assert.Equal("812 orders.", header.Find(".bd-lead").TextContent);
        Assert.Single(header.FindAll("time"));
    }
}
