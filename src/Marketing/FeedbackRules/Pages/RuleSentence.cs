using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Look;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.FeedbackRules.Pages;

/// <summary>A rule as a sentence in the reader's language, and its figures as this reader writes them.</summary>
/// <param name="objects">Titles of objects by source or target and id; an id stands where none is known.</param>
public sealed class RuleSentence(IStringLocalizer<RulesText> text, ShopFormat format, KpiCatalog catalog, IReadOnlyDictionary<(string, string), string> objects)
{
    /// <summary>Rooms whose objects are products: what one knows of a product holds in the others.</summary>
    private static readonly string[] ProductRooms = ["supply", "stock", "reviews", "recommendations", "campaigns_of_product"];

    /// <summary>What the line says already, or only programs ask.</summary>
    private static readonly string[] Technical = ["decision", "Action", "ObjectId"];

    public string Of(RuleDefinition rule) =>
        text["S.Rule", When(rule), string.Join(text["S.Comma"], rule.Then.Select(Action)), Limits(rule.Limits)];

    public string When(RuleDefinition rule) => string.Join(text["S.And"], rule.Triggers.Select(Trigger));

    public string Trigger(Trigger trigger)
    {
        var kpi = catalog.Find(trigger.Kpi);
        var words = text["S." + trigger.Test, (kpi?.Title() ?? $"{trigger.Kpi.Source} {trigger.Kpi.Key}") + Object(trigger.Kpi.Source, trigger.Kpi.ObjectId), Threshold(trigger, kpi)].Value;
        return trigger.ForMinutes > 0 ? text["S.For", words, Span(trigger.ForMinutes)] : words;
    }

    public string Action(ActionSpec action)
    {
        var given = Given(action);
        return Name(action) + Object(action.Target, action.ObjectId) + (given.Count > 0 ? text["S.With", string.Join(text["S.Comma"], given)] : "");
    }

    /// <summary>An action that stands by itself, with what it was done to.</summary>
    public string Line(ActionSpec action)
    {
        var name = Name(action);
        name = char.ToUpper(name[0], CultureInfo.CurrentCulture) + name[1..];
        return string.Join(" · ", [action.ObjectId is { Length: > 0 } id ? text["S.Line", name, Title(action.Target, id)].Value : name, .. Given(action)]);
    }

    private string Name(ActionSpec action) => catalog.Find(action)?.Title() ?? (text["Hand." + action.Action] is { ResourceNotFound: false } words ? words.Value : $"{action.Target} {action.Action}");

    private List<string> Given(ActionSpec action) =>
        catalog.Find(action) is not { } kind ? [] : [.. kind.Parameters.Where(p => action.Parameters.GetValueOrDefault(p.Key) is { Length: > 0 }).Select(p => !DefinitionCheck.IsNumber(p) ? text["S.Quoted", p.Title(), action.Parameters[p.Key]].Value : $"{p.Title()} {action.Parameters[p.Key]}")];

    public string Limits(Limits limits)
    {
        var parts = new List<string> { text["S.MostPerDay", limits.MostPerDay] };
        if (limits.CoolDownMinutes > 0) parts.Add(text["S.CoolDown", Span(limits.CoolDownMinutes)]);
        if (limits.FromHour != 0 || limits.ToHour != 24) parts.Add(text["S.Hours", limits.FromHour, limits.ToHour]);
        if (limits.Budget is { } budget) parts.Add(text["S.Budget", format.Money(budget)]);
        parts.Add(text[limits.Approval ? "S.Approval" : "S.ByItself"]);
        return string.Join(text["S.Comma"], parts);
    }

    /// <summary>What an object is called; its id where that is not known.</summary>
    public string Title(string room, string id) => objects.GetValueOrDefault((room, id)) ?? (ProductRooms.Contains(room) ? ProductRooms.Select(r => objects.GetValueOrDefault((r, id))).OfType<string>().FirstOrDefault() : null) ?? id;

    /// <summary>What an action changed, in words: each value that differs, before and after.</summary>
    /// <param name="before">Small JSON, as action targets give it.</param>
    public IReadOnlyList<(string What, string Before, string After)> Changes(string before, string after)
    {
        var (was, now) = (Values(before), Values(after));
        return [.. was.Keys.Union(now.Keys).Where(k => was.GetValueOrDefault(k) != now.GetValueOrDefault(k) && !Technical.Contains(k)).Select(k => (StateWord(k), StateValue(was.GetValueOrDefault(k)), StateValue(now.GetValueOrDefault(k))))];
    }

    private string StateWord(string key) => text["State." + key.ToLowerInvariant()] is { ResourceNotFound: false } words ? words.Value : key.Replace('_', ' ');

    private string StateValue(string? value) =>
        value is null ? ShopFormat.Unknown
        : value is [_, _, _, _, '-', _, _, '-', _, _, 'T', ..] && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out var at) ? format.Moment(at)
        : text["Value." + value] is { ResourceNotFound: false } words ? words.Value : value;

    private static Dictionary<string, string> Values(string json)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json);
            return parsed.RootElement.ValueKind != JsonValueKind.Object ? [] : parsed.RootElement.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null).ToDictionary(p => p.Name, p => p.Value.ToString());
        }
        catch (JsonException)
        {
            return new Dictionary<string, string> { [""] = json };
        }
    }

    /// <summary>A figure in its own unit.</summary>
    public string Value(WatchedKpi? kpi, double? value) => kpi?.Unit switch
    {
        "money" => format.Money(value is { } v && double.IsFinite(v) && Math.Abs(v) < 1e15 ? (decimal)v : null),
        "share" => format.Percent(value),
        "count" => format.Number(value, value is { } v && v % 1 != 0 ? 1 : 0),
        "days" => text["Days", format.Number(value, 1)],
        _ => format.Number(value, 3),
    };

    /// <summary>A change of a figure, with its sign.</summary>
    public string Change(WatchedKpi? kpi, double? value) => value is null ? ShopFormat.Unknown : (value > 0 ? "+" : "") + Value(kpi, value);

    private string Span(int minutes) => minutes % 60 == 0 ? text["S.HoursLong", minutes / 60] : text["S.MinutesLong", minutes];

    private string Threshold(Trigger trigger, WatchedKpi? kpi) => trigger.Test switch
    {
        Test.Rises or Test.Falls => format.Percent(trigger.Threshold, 0),
        Test.Unusual => trigger.Threshold.ToString("0.#", CultureInfo.CurrentCulture),
        _ => Value(kpi, trigger.Threshold),
    };

    private string Object(string source, string? id) => id switch
    {
        null or "" => "",
        RuleDefinition.Each => text["S.Each." + source] is { ResourceNotFound: false } words ? words.Value : text["S.Each"],
        _ => text["S.Of", Title(source, id)],
    };
}
