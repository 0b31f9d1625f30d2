using BehaviorDashboard.Look;
using Bunit;
using Xunit;

namespace BehaviorDashboard.WebTests.Look;

public class KpiTests : LookContext
{
    [Fact]
    public void A_tile_shows_its_figure_its_definition_and_its_change_in_words()
    {
        Read("en");
        var tile = Render<KpiTile>(p => p.Add(t => t.Metric, "revenue").Add(t => t.Value, "$112").Add(t => t.Now, 112).Add(t => t.Before, 100));
        Assert.Equal("$112", tile.Find(".bd-kpi-value").TextContent);
        var term = tile.Find(".bd-term");
        Assert.Equal(Glossary.Find("revenue")!.EnglishDefinition, tile.Find("#" + term.GetAttribute("aria-describedby")).TextContent);
        Assert.Equal("0", term.GetAttribute("tabindex"));
        var change = tile.Find(".bd-change");
        Assert.Contains("+12%", change.TextContent, StringComparison.Ordinal);
        Assert.Contains("up", change.TextContent, StringComparison.Ordinal);
        Assert.Contains("bd-good", change.ClassList);
    }

    [Fact]
    public void Up_is_bad_where_less_is_better()
    {
        var tile = Render<KpiTile>(p => p.Add(t => t.Metric, "cart_abandonment").Add(t => t.Value, "71%").Add(t => t.Now, .71).Add(t => t.Before, .68).Add(t => t.HigherIsBetter, false));
        Assert.Contains("bd-bad", tile.Find(".bd-change").ClassList);
    }

    [Fact]
    public void An_unknown_figure_is_a_dash_without_a_change()
    {
        var tile = Render<KpiTile>(p => p.Add(t => t.Metric, "aov").Add(t => t.Value, null));
        Assert.Equal("–", tile.Find(".bd-kpi-value").TextContent);
        Assert.Empty(tile.FindAll(".bd-change"));
    }

    [Fact]
    public void A_change_from_nothing_is_not_claimed()
    {
        var tile = Render<KpiTile>(p => p.Add(t => t.Metric, "orders").Add(t => t.Value, "4").Add(t => t.Now, 4).Add(t => t.Before, 0));
        Assert.Empty(tile.FindAll(".bd-change"));
    }

    [Fact]
    public void A_gap_in_the_points_is_a_gap_in_the_line()
    {
        var line = Render<Sparkline>(p => p.Add(s => s.Points, [1, 2, null, 3, 4]));
        Assert.Equal(2, line.FindAll("polyline").Count);
    }

    [Fact]
    public void An_age_names_the_shops_time_and_carries_what_the_browser_needs_to_count_on()
    {
        Read("zh-Hans");
        var age = Render<AgeLabel>(p => p.Add(a => a.AsOf, Noon.AddSeconds(-3)).Add(a => a.StaleAfter, TimeSpan.FromSeconds(10)));
        Assert.Equal("截至 11:59:57", age.Find("time").TextContent);
        var label = age.Find(".bd-age");
        Assert.Equal("3000", label.GetAttribute("data-age"));
        Assert.Equal("10000", label.GetAttribute("data-stale"));
        Assert.Equal("{0} 秒前", label.GetAttribute("data-s"));
    }
}
