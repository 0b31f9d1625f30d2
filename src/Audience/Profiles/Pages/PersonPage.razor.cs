using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace BehaviorDashboard.Profiles.Pages;

public sealed partial class PersonPage
{
    private const int PageLength = 50;
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly List<TimelineEvent> _events = [];
    private Person? _person;
    private IReadOnlyList<Identity> _identities = [];
    private List<(string Name, string Value)> _traits = [];
    private DateTimeOffset? _asOf;
    private bool _personal, _missing, _more, _loading;

    [Parameter] public string Key { get; set; } = "";

    /// <summary>Where the timeline begins when somebody comes from one of its events.</summary>
    [SupplyParameterFromQuery(Name = "until")] public DateTime? Until { get; set; }

    [CascadingParameter] public Task<AuthenticationState> Session { get; set; } = null!;

    private string Lead => _person!.Orders == 0
        ? Text["LeadNoOrder", Format.Number(_person.Sessions), Format.Ago(_person.LastSeen)]
        : Text["LeadOrders", Format.Number(_person.Orders), Format.Money(_person.NetRevenue), Format.Ago(_person.LastOrderAt)];

    protected override async Task OnParametersSetAsync()
    {
        _personal = (await Authorization.AuthorizeAsync((await Session).User, null, Access.SeePersonalData)).Succeeded;
        var person = await Service.FindAsync(Key);
        if (person is null)
        {
            (_person, _missing) = (null, true);
            return;
        }
        if (_person?.Key != person.Key && _personal) await Service.LookedAtAsync(person);
        _person = person;
        _asOf = Service.Now;
        _identities = await Service.IdentitiesAsync(person);
        _traits = Traits(person.Traits);
        _events.Clear();
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        if (_loading || _person is null) return;
        _loading = true;
        var next = await Service.TimelineAsync(_person, _identities, _events.LastOrDefault(), PageLength, Until is { } until ? new DateTimeOffset(until.ToUniversalTime()) : null);
        _events.AddRange(next);
        _more = next.Count == PageLength;
        _loading = false;
    }

    private string? Shown(string? personal) => _personal ? personal : PeopleService.Mask(personal);

    /// <summary>What happened, in the reader's words; a shop's own events by their own name.</summary>
    private string Sentence(TimelineEvent e)
    {
        var known = Text["Did." + (e.Type == EventTypes.Track ? e.Name : e.Type)];
        if (known.ResourceNotFound) return e.Name;
        return string.Format(System.Globalization.CultureInfo.CurrentCulture, known.Value, e.ProductId ?? e.OrderId ?? "", e.Query ?? "", e.Url ?? e.Name, Format.Number(e.Rating, 1));
    }

    private static string Raw(TimelineEvent e) => JsonSerializer.Serialize(new
    {
        e.MessageId,
        occurredAt = e.At,
        e.Type,
        e.Name,
        e.SessionId,
        e.ProductId,
        e.OrderId,
        e.Revenue,
        e.Currency,
        e.Query,
        e.Rating,
        e.Url,
        e.SourceId,
        sentAs = e.GivenKey,
        properties = e.Properties is null ? (JsonElement?)null : JsonDocument.Parse(e.Properties).RootElement,
    }, Readable);

    private static List<(string, string)> Traits(string? json) =>
        json is null ? [] : [.. JsonDocument.Parse(json).RootElement.EnumerateObject().Select(p => (p.Name, p.Value.ToString()))];
}
