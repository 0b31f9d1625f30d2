using BehaviorDashboard.Forecasting.Ml;

namespace BehaviorDashboard.Forecasting;

/// <summary>What will be sold of a product in one week.</summary>
/// <param name="Base">What the history alone says.</param>
/// <param name="Price">Units more or less because the price differs from the one it was sold at.</param>
/// <param name="Campaign">Extra units of scheduled campaigns.</param>
/// <param name="Override">Units somebody set instead; null where nobody did.</param>
/// <param name="Mean">All together.</param>
/// <param name="Q90">Units that are enough with a chance of 90 %.</param>
public sealed record ForecastWeek(DateTimeOffset Start, double Base, double Price, double Campaign, double? Override, double Mean, double Q10, double Q50, double Q90, double Q95)
{
    public DateTimeOffset End => Start.AddDays(7);
}

/// <summary>What will be sold of a product on one day, with everything that is known to come.</summary>
public sealed record ForecastDay(DateTimeOffset Start, double Mean, double Q10, double Q50, double Q90, double Q95);

/// <summary>A product's forecast as it stands, with what is known to come.</summary>
/// <param name="Class">How it sells: Smooth, Erratic, Intermittent, Lumpy, New.</param>
/// <param name="Basis">own: its history; look-alikes: it is new; none: nothing is known.</param>
/// <param name="Noise">Variance of units with a mean M is Noise·M + Spread·M².</param>
/// <param name="LastYear">Units sold in the same weeks a year before, for those who know seasons better than one year of history can show; null while a product is younger.</param>
/// <param name="Ended">Units of the same weeks a year before as they would be now, where they say that a season ends; null where they do not.</param>
/// <param name="Most">Most units ever wanted in one week, in two in a row, and so on; null where no history is known.</param>
/// <param name="DayShares">Share of a week's units on each of its days; null where the shop has sold too little to tell.</param>
public sealed record ProductForecast(string ProductId, string RunId, DateTimeOffset StartsAt, string Class, string Basis, int History, double Noise, double Spread, IReadOnlyList<ForecastWeek> Weeks, IReadOnlyList<double>? DayShares = null, IReadOnlyList<double>? LastYear = null, IReadOnlyList<double>? Ended = null, IReadOnlyList<double>? Most = null)
{
    /// <summary>Expected units of a stretch of time; beyond the last week it goes on as that week.</summary>
    public double Mean(DateTimeOffset from, DateTimeOffset to)
    {
        if (Weeks.Count == 0 || to <= from) return 0;
        var sum = Weeks.Sum(w => w.Mean * Share(w.Start, w.End, from, to));
        var end = Weeks[^1].End;
        if (to > end) sum += Weeks[^1].Mean * ((to - (from > end ? from : end)).TotalDays / 7);
        return sum;
    }

    /// <summary>The same with last year's weeks in place of the baseline, where they say that a season ends and nobody has decided otherwise.</summary>
    public ProductForecast? SeasonOver => Ended is not { } ended || Weeks.Any(w => w.Override is not null) ? null : this with { Weeks = [.. Weeks.Zip(ended, (w, units) => w with { Base = units, Mean = Math.Max(0, units + w.Campaign) })] };

    /// <summary>Units of a stretch of time.</summary>
    public CountDistribution Between(DateTimeOffset from, DateTimeOffset to) => Spreading(Mean(from, to));

    /// <summary>How units with this mean stray.</summary>
    public CountDistribution Spreading(double mean) => new(mean, Noise * mean + Spread * mean * mean);

    /// <summary>The same by days: each takes its share of its week and strays by the same law.</summary>
    /// <param name="startOf">When a day begins, by its place from the first one on.</param>
    /// <returns>Empty where the shop has sold too little to tell days apart.</returns>
    public IReadOnlyList<ForecastDay> Days(Func<int, DateTimeOffset> startOf) => DayShares is not { } shares ? [] : [.. Weeks.SelectMany((week, w) => shares.Select((share, d) =>
    {
        var law = Spreading(week.Mean * share);
        return new ForecastDay(startOf(7 * w + d), law.Mean, law.Quantile(0.1), law.Quantile(0.5), law.Quantile(0.9), law.Quantile(0.95));
    }))];

    internal static double Share(DateTimeOffset start, DateTimeOffset end, DateTimeOffset from, DateTimeOffset to)
    {
        var overlap = ((to < end ? to : end) - (from > start ? from : start)).TotalDays;
        return overlap <= 0 ? 0 : overlap / (end - start).TotalDays;
    }
}

/// <summary>Extra units that are known to come, such as a scheduled campaign's.</summary>
/// <param name="Kind">campaign: extra units in all over the stretch; override: units a week instead of the forecast.</param>
/// <param name="Reference">What they come from, such as <c>campaign:12</c>: the same reference of a product is replaced.</param>
/// <param name="Label">What people call it.</param>
public sealed record ForecastLayer(string ProductId, string Kind, string Reference, string Label, DateTimeOffset From, DateTimeOffset To, double Units, double Low, double High, string? Reason = null)
{
    public const string Campaign = "campaign";
    public const string Override = "override";
}

/// <summary>A run of the forecast.</summary>
public sealed record ForecastRun(string RunId, DateTimeOffset StartsAt, DateTimeOffset CreatedAt, int Products);

/// <summary>How good the forecasts of a run were for a week that is over.</summary>
/// <param name="Week">1: the first week after the run.</param>
/// <param name="Error">Forecast less actual.</param>
/// <param name="NaiveError">Absolute error had the week before been repeated.</param>
public sealed record WeekAccuracy(string RunId, int Week, DateTimeOffset EndsAt, int Products, double Actual, double Error, double AbsoluteError, double NaiveError, double Covered90, double Covered95)
{
    public double? Wape => Actual > 0 ? AbsoluteError / Actual : null;

    public double? NaiveWape => Actual > 0 ? NaiveError / Actual : null;

    public double? Bias => Actual > 0 ? Error / Actual : null;
}

/// <summary>One reason why a forecast moved, in units a week.</summary>
/// <param name="Kind">before, sales, stock, price, campaign, override, now: keys of the pages' words.</param>
public sealed record ForecastMove(string Kind, double Units);
