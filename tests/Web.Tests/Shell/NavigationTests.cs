using System.Security.Claims;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Shell;
using BehaviorDashboard.WebTests.Look;
using Bunit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Shell;

public class NavigationTests : LookContext
{
    private static readonly NavEntry[] Entries =
    [
        new("admin/users", "Nav.Users", "", 90, Access.Administer, "Nav.Admin"),
        new("live", "Nav.Live", "", 20, Access.ViewKpis),
        new("customers", "Nav.Customers", "", 30, Access.ViewPeople),
    ];

    [Fact]
    public async Task People_see_what_they_may_open_in_order()
    {
        var services = new ServiceCollection().AddLogging().AddAuthorizationCore(o =>
        {
            o.AddPolicy(Access.ViewKpis, p => p.RequireRole(Access.Manager, Access.Admin));
            o.AddPolicy(Access.ViewPeople, p => p.RequireRole(Access.Admin));
            o.AddPolicy(Access.Administer, p => p.RequireRole(Access.Admin));
        }).BuildServiceProvider();
        var authorization = services.GetRequiredService<IAuthorizationService>();
        Assert.Equal(["live"], (await NavigationMenu.ForAsync(Entries, Person(Access.Manager), authorization)).Visible.Select(e => e.Href));
        var admin = await NavigationMenu.ForAsync(Entries, Person(Access.Admin), authorization);
        Assert.Equal([null, "Nav.Admin"], admin.Groups.Select(g => g.Key));
        Assert.Equal(["live", "customers", "admin/users"], admin.Visible.Select(e => e.Href));
        Assert.Empty((await NavigationMenu.ForAsync(Entries, new ClaimsPrincipal(new ClaimsIdentity()), authorization)).Visible);
    }

    [Fact]
    public void The_palette_finds_pages_and_what_slices_know_by_keyboard_alone()
    {
        Read("en");
        AddAuthorization().SetAuthorized("ada");
        Services.AddSingleton<ISearchSource>(new Source(text => [new SearchHit($"Ada ({text})", "3 orders", "customers/u1", SearchKind.Person)]));
        Services.AddSingleton<ISearchSource>(new Source(_ => throw new InvalidOperationException("broken")));
        var closed = false;
        var palette = Render<CommandPalette>(p => p.Add(c => c.Entries, Entries).Add(c => c.OnClose, EventCallback.Factory.Create(this, () => closed = true)));
        var input = palette.Find("[role=combobox]");
        input.Input("cust");
        palette.WaitForAssertion(() => Assert.Equal(2, palette.FindAll("[role=option]").Count));
        Assert.Contains("did not answer", palette.Find("[role=status]").TextContent, StringComparison.Ordinal);
        palette.Find("[role=combobox]").KeyDown("ArrowDown");
        // The key waits its turn behind the rendering of what was found.
        palette.WaitForAssertion(() => Assert.Contains("Ada (cust)", palette.Find("[aria-selected=true]").TextContent, StringComparison.Ordinal));
        var chosen = palette.Find("[aria-selected=true]");
        Assert.Equal(chosen.Id, palette.Find("[role=combobox]").GetAttribute("aria-activedescendant"));
        palette.Find("[role=combobox]").KeyDown("Enter");
        palette.WaitForAssertion(() => Assert.True(closed));
        Assert.EndsWith("customers/u1", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void The_palette_says_when_nothing_is_found()
    {
        Read("en");
        AddAuthorization().SetAuthorized("ada");
        var palette = Render<CommandPalette>(p => p.Add(c => c.Entries, Entries));
        palette.Find("[role=combobox]").Input("zzz");
        palette.WaitForAssertion(() => Assert.Contains("zzz", palette.Find("[role=status]").TextContent, StringComparison.Ordinal));
        Assert.Null(palette.Find("[role=combobox]").GetAttribute("aria-activedescendant"));
    }

    private static ClaimsPrincipal Person(string role) => new(new ClaimsIdentity([new(ClaimTypes.Role, role)], "test"));

    private sealed class Source(Func<string, IReadOnlyList<SearchHit>> find) : ISearchSource
    {
        public Task<IReadOnlyList<SearchHit>> FindAsync(string text, ClaimsPrincipal user, int limit, CancellationToken cancel) => Task.FromResult(find(text));
    }
}
