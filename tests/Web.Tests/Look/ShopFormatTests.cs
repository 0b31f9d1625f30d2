using BehaviorDashboard.Ids;
using Xunit;

namespace BehaviorDashboard.WebTests.Look;

public class ShopFormatTests : LookContext
{
    [Fact]
    public void What_is_not_known_is_a_dash_and_never_a_zero()
    {
        Read("en");
        Assert.All(
            [Format.Number((long?)null), Format.Number((decimal?)null), Format.Number(double.NaN), Format.Money((decimal?)null), Format.Percent(null), Format.Percent(double.PositiveInfinity),
                Format.Compact(null), Format.Date((DateTimeOffset?)null), Format.Moment(null), Format.Duration(null), Format.Ago(null), Format.Change(3, 0), Format.Change(null, 4)],
            text => Assert.Equal("–", text));
        Assert.Equal("0", Format.Number(0L));
        Assert.Equal("$0.00", Format.Money(0m));
    }

    [Fact]
    public void Money_carries_its_sign_and_its_own_smallest_unit()
    {
        Read("en");
        Assert.Equal("$1,234.50", Format.Money(1234.5m));
        Assert.Equal("−$1,234.50", Format.Money(-1234.5m));
        Assert.Equal("¥1,235", Format.Money(new Money(1234.6m, "JPY")));
        Assert.Equal("CHF\u202f12.00", Format.Money(12m, "CHF"));
    }

    [Fact]
    public void Days_and_hours_are_the_shops()
    {
        Read("en");
        var lateInUtc = new DateTimeOffset(2026, 11, 23, 17, 5, 9, TimeSpan.Zero);
        Assert.Equal("24 Nov 2026", Format.Date(lateInUtc));
        Assert.Equal("24 Nov 2026, 01:05", Format.Moment(lateInUtc));
        Assert.Equal("01:05:09", Format.Time(lateInUtc));
        Read("zh-Hans");
        Assert.Equal("2026年11月24日 01:05", Format.Moment(lateInUtc));
    }

    [Fact]
    public void Large_figures_shorten_the_way_each_language_counts()
    {
        Read("en");
        Assert.Equal("12.35K", Format.Compact(12345));
        Assert.Equal("812", Format.Compact(812));
        Read("zh-Hans");
        Assert.Equal("1.23万", Format.Compact(12345));
        Assert.Equal("3.4亿", Format.Compact(340_000_000));
    }

    [Fact]
    public void Changes_and_ages_say_which_way_and_how_long()
    {
        Read("en");
        Assert.Equal("+12%", Format.Change(112, 100));
        Assert.Equal("−5.6%", Format.Change(94.4, 100));
        Assert.Equal("+50%", Format.Change(-50, -100));
        Assert.Equal("±0%", Format.Change(100.01, 100));
        Assert.Equal("2 min 5 s", Format.Duration(TimeSpan.FromSeconds(125)));
        Assert.Equal("3 min ago", Format.Ago(Noon.AddMinutes(-3)));
        Read("zh-Hans");
        Assert.Equal("3 分钟前", Format.Ago(Noon.AddMinutes(-3)));
    }
}
