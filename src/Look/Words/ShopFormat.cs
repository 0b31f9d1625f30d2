using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using BehaviorDashboard.Ids;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Look;

/// <summary>
/// Numbers, money, dates and durations as this reader and this shop write them: the reader's language, the shop's
/// currency and time zone. What is not known is <see cref="Unknown"/>, never a zero.
/// </summary>
[SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "One formatter, injected: callers need not know which shapes depend on the shop.")]
public sealed class ShopFormat(ShopClock clock, IOptions<ShopOptions> shop, IStringLocalizer<UI> words)
{
    public const string Unknown = "–";

    private static CultureInfo Reader => CultureInfo.CurrentCulture;

    public string Currency => shop.Value.Currency;

    public string Number(decimal? value, int decimals = 0) => value?.ToString("N" + decimals, Reader) ?? Unknown;

    public string Number(double? value, int decimals = 0) =>
        value is { } v && double.IsFinite(v) ? v.ToString("N" + decimals, Reader) : Unknown;

    public string Number(long? value) => value?.ToString("N0", Reader) ?? Unknown;

    /// <summary>Short form for tiles and axes: 12.3K, 4.56M; 1.2万, 3.4亿 in Chinese.</summary>
    public string Compact(double? value)
    {
        if (value is not { } v || !double.IsFinite(v)) return Unknown;
        (double Size, string Unit)[] steps = Languages.IsChinese ? [(1e8, "亿"), (1e4, "万")] : [(1e9, "B"), (1e6, "M"), (1e3, "K")];
        foreach (var (size, unit) in steps)
            if (Math.Abs(v) >= size) return (v / size).ToString("0.##", Reader) + unit;
        return v.ToString(Math.Abs(v) >= 100 || v == Math.Floor(v) ? "N0" : "0.##", Reader);
    }

    /// <summary>An amount in the shop's currency.</summary>
    public string Money(decimal? amount, bool cents = true) => Money(amount, Currency, cents);

    public string Money(Money? money) => money is { } m ? Money(m.Amount, m.Currency) : Unknown;

    public string Money(decimal? amount, string currency, bool cents = true)
    {
        if (amount is not { } value) return Unknown;
        var figures = Math.Abs(value).ToString("N" + (cents ? Currencies.Decimals(currency) : 0), Reader);
        return (value < 0 ? "−" : "") + Currencies.Prefix(currency) + figures;
    }

    /// <summary>0.1234 becomes 12.3%.</summary>
    public string Percent(double? ratio, int decimals = 1) =>
        ratio is { } r && double.IsFinite(r) ? (r * 100).ToString("N" + decimals, Reader) + "%" : Unknown;

    /// <summary>Relative change with its sign: +4.2%, −11%; unknown when there is nothing to compare with.</summary>
    public string Change(double? now, double? before)
    {
        if (now is not { } n || before is not { } b || b == 0) return Unknown;
        var change = Math.Round((n - b) / Math.Abs(b) * 100, 1);
        var sign = change > 0 ? "+" : change < 0 ? "−" : "±";
        return sign + Math.Abs(change).ToString(Math.Abs(change) >= 100 ? "N0" : "0.#", Reader) + "%";
    }

    /// <summary>24 Nov 2026, or 2026年11月24日, on the shop's calendar.</summary>
    public string Date(DateTimeOffset? instant) => instant is { } i ? clock.Local(i).ToString(DateShape, Reader) : Unknown;

    public string Date(DateOnly? date) => date?.ToString(DateShape, Reader) ?? Unknown;

    /// <summary>24 Nov 2026, 12:04.</summary>
    public string Moment(DateTimeOffset? instant) =>
        instant is { } i ? clock.Local(i).ToString(DateShape + (Languages.IsChinese ? " HH:mm" : ", HH:mm"), Reader) : Unknown;

    /// <summary>12:04:31 on the shop's clock.</summary>
    public string Time(DateTimeOffset? instant) => instant is { } i ? clock.Local(i).ToString("HH:mm:ss", Reader) : Unknown;

    /// <summary>How long something takes or took, in its two largest units: 2 min 5 s.</summary>
    public string Duration(TimeSpan? length)
    {
        if (length is not { } l) return Unknown;
        if (l < TimeSpan.Zero) l = TimeSpan.Zero;
        if (l.TotalSeconds < 60) return words["Duration.Seconds", (int)l.TotalSeconds];
        if (l.TotalMinutes < 60) return words["Duration.Minutes", (int)l.TotalMinutes, l.Seconds];
        return l.TotalHours < 24 ? words["Duration.Hours", (int)l.TotalHours, l.Minutes] : words["Duration.Days", (int)l.TotalDays, l.Hours];
    }

    /// <summary>How long ago: 2 min ago. For text that ages by itself in the browser use AgeLabel.</summary>
    public string Ago(DateTimeOffset? instant)
    {
        if (instant is not { } i) return Unknown;
        var age = clock.Now - i;
        if (age.TotalSeconds < 60) return words["Age.Seconds", Math.Max(0, (int)age.TotalSeconds)];
        if (age.TotalMinutes < 60) return words["Age.Minutes", (int)age.TotalMinutes];
        return age.TotalHours < 24 ? words["Age.Hours", (int)age.TotalHours] : words["Age.Days", (int)age.TotalDays];
    }

    private static string DateShape => Languages.IsChinese ? "yyyy年M月d日" : "d MMM yyyy";
}
