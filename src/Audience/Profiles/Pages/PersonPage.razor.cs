using BehaviorDashboard.Ids;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Profiles.Pages;

/// <summary>One person: figures, what they did, what is known of them, what they agreed to, and what other slices add.</summary>
public sealed partial class PersonPage
{
    private Person? _person;
    private IReadOnlyList<Identity> _identities = [];
    private IReadOnlyList<PeopleSet> _sets = [];
    private DateTimeOffset? _asOf;
    private bool _personal, _missing;

    [Inject] private PeopleService Service { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private IAuthorizationService Authorization { get; set; } = null!;

    [Inject] private IStringLocalizer<PeopleText> Text { get; set; } = null!;

    [Inject] private IStringLocalizer<UI> Ui { get; set; } = null!;

    [Inject] private IEnumerable<PersonPanel> Panels { get; set; } = [];

    [Parameter] public string Key { get; set; } = "";

    /// <summary>Where the timeline begins when somebody comes from one of its events.</summary>
    [SupplyParameterFromQuery(Name = "until")] public DateTime? Until { get; set; }

    [SupplyParameterFromQuery(Name = "kind")] public string? Kind { get; set; }

    /// <summary>day or session.</summary>
    [SupplyParameterFromQuery(Name = "by")] public string? By { get; set; }

    [CascadingParameter] public Task<AuthenticationState> Session { get; set; } = null!;

    private string Lead => _person!.Orders == 0
        ? Text["LeadNoOrder", Format.Number(_person.Sessions), Format.Ago(_person.LastSeen)]
        : Text["LeadOrders", Format.Number(_person.Orders), Format.Money(_person.NetRevenue), Format.Ago(_person.LastOrderAt)];

    private string Address => Uri.EscapeDataString(PersonKey.LinkKey(_person!.Key, _personal));

    private string ShownKey => _personal ? _person!.Key : PersonKey.MaskKey(_person!.Key);

    protected override async Task OnParametersSetAsync()
    {
        _personal = (await Authorization.AuthorizeAsync((await Session).User, null, Access.SeePersonalData)).Succeeded;
        var before = _person?.Key;
        await LoadAsync();
        if (_person is not null && before != _person.Key && _personal) await Service.LookedAtAsync(_person);
    }

    private async Task LoadAsync()
    {
        _person = await Service.FindAsync(Key);
        _missing = _person is null;
        if (_person is null) return;
        _asOf = Service.Now;
        _identities = await Service.IdentitiesAsync(_person);
        _sets = await Service.SetsOfAsync(_person.Key);
    }

    private async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private string? Shown(string? personal) => _personal ? personal : PersonKey.Mask(personal);
}
