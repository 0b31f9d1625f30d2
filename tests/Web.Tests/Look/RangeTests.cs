using BehaviorDashboard.Ids;
using BehaviorDashboard.Look;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Look;

public class RangeTests : LookContext
{
    [Fact]
    public void A_custom_range_is_whole_days_of_the_shop()
    {
        var state = RangeState.From("http://localhost/live?range=custom&from=2026-11-01&to=2026-11-02", Clock);
        Assert.Equal(new TimeRange(new(2026, 10, 31, 16, 0, 0, TimeSpan.Zero), new(2026, 11, 2, 16, 0, 0, TimeSpan.Zero)), state.Range);
        Assert.Equal(state.Range.From, state.Before!.Value.To);
    }

    [Theory]
    [InlineData("live?range=nonsense")]
    [InlineData("live?range=custom&from=2026-11-05&to=2026-11-02")]
    [InlineData("live?range=custom&from=yesterday")]
    [InlineData("live")]
    public void An_address_that_makes_no_sense_shows_the_default(string address)
    {
        var state = RangeState.From("http://localhost/" + address, Clock);
        Assert.Equal("24h", state.Key);
        Assert.Equal(TimeSpan.FromHours(24), state.Range.Length);
    }

    [Fact]
    public void Seven_days_are_seven_days_of_the_shop_with_today()
    {
        var state = RangeState.From("live?range=7d&compare=0", Clock);
        Assert.Equal(new DateOnly(2026, 11, 18), Clock.DateOf(state.Range.From));
        Assert.Equal(Noon, state.Range.To);
        Assert.Null(state.Before);
    }

    [Fact]
    public void A_choice_goes_into_the_address_and_leaves_the_rest_of_it_alone()
    {
        var nav = Services.GetRequiredService<NavigationManager>();
        nav.NavigateTo("people?q=ada&range=custom&from=2026-11-01&to=2026-11-02");
        var picker = Render<RangePicker>();
        Assert.Equal("true", picker.Find(".bd-segmented button").GetAttribute("aria-pressed"));
        var week = picker.Find("[data-hotkey=w]").GetAttribute("href")!;
        Assert.EndsWith("people?q=ada&range=7d", week, StringComparison.Ordinal);
        nav.NavigateTo(week);
        picker.WaitForAssertion(() => Assert.Equal("true", picker.Find("[data-hotkey=w]").GetAttribute("aria-pressed")));
    }

    [Fact]
    public void Own_days_are_applied_to_the_address()
    {
        var picker = Render<RangePicker>();
        picker.Find(".bd-segmented button").Click();
        picker.FindAll("input")[0].Change("2026-11-03");
        picker.FindAll("input")[1].Change("2026-11-09");
        picker.Find("form").Submit();
        Assert.EndsWith("?range=custom&from=2026-11-03&to=2026-11-09", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        Assert.Empty(picker.FindAll("form"));
    }
}
