using System.Globalization;

namespace BehaviorDashboard.Catalog;

/// <summary>What values the terms of a product can have. Reasons are keys of the pages' words.</summary>
internal static class TermsCheck
{
    private const int MostText = 255;
    private const decimal MostMoney = 1_000_000_000m;
    private const long MostUnits = 1_000_000_000;
    private const double MostDays = 730;

    public static IEnumerable<TermsProblem> Problems(TermsChange c, int line)
    {
        if (string.IsNullOrWhiteSpace(c.Id)) yield return new TermsProblem(line, "id", "", "missing");
        foreach (var (field, text) in new[] { ("title", c.Title), ("category", c.Category), ("supplier", c.Supplier), ("parent_id", c.ParentId), ("variant", c.Variant) })
            if (text?.Length > MostText) yield return new TermsProblem(line, field, text[..40], "too_long");
        if (c.Title is "") yield return new TermsProblem(line, "title", "", "missing");
        foreach (var (field, money) in new[] { ("price", c.Price), ("cost", c.Cost) })
            if (money is < 0 or > MostMoney) yield return new TermsProblem(line, field, money.Value.ToString(CultureInfo.InvariantCulture), "not_money");
        if (c.Stock is < 0 or > MostUnits) yield return new TermsProblem(line, "stock", c.Stock.Value.ToString(CultureInfo.InvariantCulture), "not_units");
        foreach (var (field, days) in new[] { ("lead_days", c.LeadDays), ("lead_spread", c.LeadSpread) })
            if (days is { } d && !(d is >= 0 and <= MostDays)) yield return new TermsProblem(line, field, d.ToString(CultureInfo.InvariantCulture), "not_days");
        foreach (var (field, units) in new[] { ("pack_size", c.PackSize), ("minimum_order", c.MinimumOrder) })
            if (units is { } u && u is < 1 or > 1_000_000) yield return new TermsProblem(line, field, units.Value.ToString(CultureInfo.InvariantCulture), "not_units");
        if (c.ParentId is not null && c.ParentId == c.Id) yield return new TermsProblem(line, "parent_id", c.ParentId, "own_parent");
    }
}
