using System.Globalization;
using System.Text.RegularExpressions;
using BehaviorDashboard.Events;

namespace BehaviorDashboard.Imports;

/// <summary>The CDNOW purchases: customer (the sample file has two ids), yyyymmdd, number of CDs, dollars; blanks between, no header.</summary>
internal sealed partial class Cdnow : IPreset
{
    private static readonly Columns NoColumns = new([]);

    public string Name => "cdnow";

    public Layout? Layout => null;

    public bool BeginsLike(string start) => Beginning().IsMatch(start);

    [GeneratedRegex(@"^\s*\d+\s+(\d+\s+)?(19|20)\d{6}\s+\d+\s+\d+\.\d+\s*(\n|$)")]
    private static partial Regex Beginning();

    public IEnumerable<Unit> Read(SourceFile file, ImportContext context, bool join)
    {
        var sameDay = new Dictionary<string, int>();
        foreach (var (line, read) in Lines.Read(file.Reader))
        {
            var text = read ?? "";
            var fields = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 0 || (line == 1 && !char.IsAsciiDigit(fields[0][0]))) continue;
            var row = new TableRow(line, NoColumns, fields);
            if (Purchase(fields, sameDay, line, context, out var unit) is { } problem) context.Skip(file.Path, row, problem.Column, problem.Reason);
            else yield return unit!;
        }
    }

    private static (string Column, string Reason)? Purchase(string[] fields, Dictionary<string, int> sameDay, int line, ImportContext context, out Unit? unit)
    {
        unit = null;
        if (fields.Length is not (4 or 5)) return ("", $"has {fields.Length} fields; expected customer, date, CDs, dollars");
        var (customer, date, count, dollars) = (fields[0], fields[^3], fields[^2], fields[^1]);
        if (!DateTime.TryParseExact(date, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return ("date", "is not yyyymmdd");
        if (!int.TryParse(count, CultureInfo.InvariantCulture, out var units)) return ("CDs", "is not a whole number");
        if (!decimal.TryParse(dollars, CultureInfo.InvariantCulture, out var value)) return ("dollars", "is not a number");
        // Several purchases of one customer on one day are told apart by their order in the file.
        var at = $"{customer}:{date}";
        sameDay[at] = sameDay.GetValueOrDefault(at) + 1;
        var key = $"cdnow:{at}:{sameDay[at]}";
        unit = new Unit("order", key, 1, line)
        {
            Content = ContentHash.OfText(string.Create(CultureInfo.InvariantCulture, $"{units}|{value / 1.0000m}")),
            Revenue = value,
            Customer = customer,
            Events =
            [
                Row(key, EventTypes.Track, customer, context.Instant(day.AddHours(12)), key, context, revenue: value),
                Row($"{key}#1", EventTypes.Item, customer, context.Instant(day.AddHours(12)), key, context, units: units, price: units == 0 ? 0 : Math.Round(value / units, 4)),
            ],
        };
        return null;
    }

    private static ShopEvent Row(string id, string type, string customer, DateTimeOffset at, string order, ImportContext context, decimal? revenue = null, int? units = null, decimal? price = null) => new()
    {
        MessageId = id,
        ReceivedAt = context.Now,
        OccurredAt = at,
        Type = type,
        Name = EventNames.OrderCompleted,
        SourceId = context.SourceId,
        UserId = customer,
        OutsideSessions = true,
        OrderId = order,
        Revenue = revenue,
        Currency = context.Currency,
        Quantity = units,
        Price = price,
        ProductId = type == EventTypes.Item ? "CD" : null,
    };
}
