using BehaviorDashboard.Ids;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Profiles.Pages;

/// <summary>The list of people. Everything chosen stands in the address.</summary>
public sealed partial class People
{
    private static readonly (string From, string To, string Type)[] Ranges =
        [("ordersFrom", "ordersTo", "number"), ("revenueFrom", "revenueTo", "number"), ("seenFrom", "seenTo", "date"), ("orderedFrom", "orderedTo", "date")];

    private Dictionary<string, string?> _address = [];
    private IReadOnlyList<PeopleSet> _sets = [];
    private PeopleQuery _query = new();
    private PeoplePage? _page;
    private long? _count;
    private DateTimeOffset? _asOf;
    private int _narrowing;
    private bool _personal;
    private string? _opened;

    [Inject] private PeopleService Service { get; set; } = null!;

    [Inject] private PeopleFilter Filter { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    [Inject] private IAuthorizationService Authorization { get; set; } = null!;

    [Inject] private IStringLocalizer<PeopleText> Text { get; set; } = null!;

    [Inject] private IStringLocalizer<UI> Ui { get; set; } = null!;

    [CascadingParameter] public Task<AuthenticationState> Session { get; set; } = null!;

    // A change of any of them sets the parameters anew; they are read together.
    [SupplyParameterFromQuery(Name = "after")] public string? After { get; set; }

    private string Download => Address("customers.csv", _address.Where(a => a.Key != "after"));

    protected override async Task OnParametersSetAsync()
    {
        _address = QueryHelpers.ParseQuery(new Uri(Nav.Uri).Query).Where(q => !string.IsNullOrWhiteSpace(q.Value)).ToDictionary(q => q.Key, q => (string?)q.Value.ToString(), StringComparer.Ordinal);
        _query = Filter.Read(_address);
        _narrowing = PeopleFilter.Names.Skip(2).Count(_address.ContainsKey);
        _personal = (await Authorization.AuthorizeAsync((await Session).User, Access.SeePersonalData)).Succeeded;
        _sets = await Service.SetsAsync();
        var (page, count) = (Service.PageAsync(_query), Service.CountAsync(_query));
        (_page, _count) = (await page, await count);
        (_asOf, _opened) = (Service.Now, Nav.Uri);
    }

    private string? Shown(string? personal) => _personal ? personal : PersonKey.Mask(personal);

    private string? Raw(string name) => _address.GetValueOrDefault(name);

    /// <summary>What a form must hand on because it does not ask for it.</summary>
    private IEnumerable<KeyValuePair<string, string?>> Kept(params string[] asked) => _address.Where(a => a.Key != "after" && !asked.Contains(a.Key));

    /// <summary>This list with one thing changed; it begins at its first page again.</summary>
    private string With(string name, string? value) => Address("customers", [.. _address.Where(a => a.Key != name && a.Key != "after"), new(name, value)]);

    private static string Address(string path, IEnumerable<KeyValuePair<string, string?>> query) => QueryHelpers.AddQueryString(path, query.Where(q => q.Value is not null));
}
