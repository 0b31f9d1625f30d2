using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Profiles.Pages;

public sealed partial class TimelinePanel
{
    private const int PageLength = 50;
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly List<TimelineEvent> _events = [];
    private readonly Dictionary<string, string> _titles = [];
    private (string Key, string? Kind, DateTime? Until, int Keys) _shown;
    private bool _older, _newer, _loading;

    [Inject] private PeopleService Service { get; set; } = null!;

    [Inject] private IProductCatalog Catalog { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    [Inject] private IStringLocalizer<PeopleText> Text { get; set; } = null!;

    [Parameter, EditorRequired] public Person Person { get; set; } = null!;

    [Parameter, EditorRequired] public IReadOnlyList<Identity> Identities { get; set; } = [];

    [Parameter] public string? Kind { get; set; }

    [Parameter] public string? By { get; set; }

    [Parameter] public DateTime? Until { get; set; }

    /// <summary>Whether the reader may see what an event holds.</summary>
    [Parameter] public bool Personal { get; set; }

    private DateTimeOffset? Start => Until is { } until ? new DateTimeOffset(until.ToUniversalTime()) : null;

    private sealed record Group(string Id, string Title, string Note, IReadOnlyList<TimelineEvent> Events);

    protected override async Task OnParametersSetAsync()
    {
        var wanted = (Person.Key, Kind, Until, Identities.Count);
        if (wanted == _shown) return;
        _shown = wanted;
        _events.Clear();
        _newer = Start < Person.LastSeen;
        await OlderAsync();
    }

    private async Task OlderAsync()
    {
        if (_loading) return;
        _loading = true;
        var next = await Service.TimelineAsync(Person, Identities, _events.LastOrDefault(), PageLength, Start, Kind);
        await NameProductsAsync(next);
        _events.AddRange(next);
        _older = next.Count == PageLength;
        _loading = false;
    }

    private async Task NewerAsync()
    {
        if (_loading || Start is not { } start) return;
        _loading = true;
        var next = await Service.NewerAsync(Person, Identities, _events.FirstOrDefault(), PageLength, start, Kind);
        await NameProductsAsync(next);
        _events.InsertRange(0, next);
        _newer = next.Count == PageLength;
        _loading = false;
    }

    private async Task NameProductsAsync(IReadOnlyList<TimelineEvent> events)
    {
        foreach (var (id, title) in await Catalog.TitlesAsync([.. events.Select(e => e.ProductId).OfType<string>().Distinct().Where(id => !_titles.ContainsKey(id))], default)) _titles[id] = title;
    }

    private IEnumerable<Group> Groups() => By == "session"
        ? _events.Aggregate(new List<List<TimelineEvent>>(), (groups, e) =>
        {
            if (groups.Count > 0 && groups[^1][0].SessionId == e.SessionId) groups[^1].Add(e);
            else groups.Add([e]);
            return groups;
        }).Select(g => new Group(g[0].MessageId, g[0].SessionId is null ? Text["OutsideSessions"] : Format.Moment(g[^1].At), Note(g), g))
        : _events.GroupBy(e => Format.Date(e.At)).Select(d => new Group(d.Key, d.Key, "", [.. d]));

    private string Note(List<TimelineEvent> session) => Text["SessionNote", Format.Number((long)session.Count), Format.Duration(session[0].At - session[^1].At)];

    /// <summary>What happened, in the reader's words; a shop's own events by their own name.</summary>
    private string Sentence(TimelineEvent e)
    {
        if (e is { Type: EventTypes.Identify, SourceId: PersonTraits.Source }) return Text["Did.edited"];
        var known = Text["Did." + (e.Type == EventTypes.Track ? e.Name : e.Type)];
        if (known.ResourceNotFound) return e.Name;
        return string.Format(CultureInfo.CurrentCulture, known.Value, (e.ProductId is { } product ? _titles.GetValueOrDefault(product, product) : e.OrderId) ?? "", e.Query ?? "", e.Url ?? e.Name, Format.Number(e.Rating, e.Rating % 1 == 0 ? 0 : 1));
    }

    private static string Raw(TimelineEvent e)
    {
        using var properties = e.Properties is null ? null : JsonDocument.Parse(e.Properties);
        return JsonSerializer.Serialize(new
        {
            e.MessageId, occurredAt = e.At, e.Type, e.Name, e.SessionId, e.ProductId, e.OrderId, e.Revenue, e.Currency, e.Query, e.Rating, e.Url, e.SourceId, sentAs = e.GivenKey,
            properties = properties?.RootElement,
        }, Readable);
    }
}
