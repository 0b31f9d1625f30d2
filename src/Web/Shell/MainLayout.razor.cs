using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Web;

namespace BehaviorDashboard.Shell;

public sealed partial class MainLayout
{
    private ErrorBoundary? _boundary;

    [Inject] private IAuthorizationService Authorization { get; set; } = null!;

    [Inject] private IConfiguration Configuration { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    /// <summary>Lines that are there only as the product was started.</summary>
    [Inject] private IEnumerable<NavEntry> MoreEntries { get; set; } = null!;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = null!;

    [CascadingParameter] private ThemeChoice Choice { get; set; } = null!;

    private NavigationMenu Menu { get; set; } = NavigationMenu.Empty;

    private string SkipLink => "/" + Nav.ToBaseRelativePath(Nav.Uri).Split('#')[0] + "#main";

    protected override async Task OnInitializedAsync() =>
        Menu = await NavigationMenu.ForAsync(Modules.All.SelectMany(m => m.Navigation).Concat(MoreEntries), (await Authentication).User, Authorization);

    /// <summary>Another page: what failed on the one before is over.</summary>
    protected override void OnParametersSet() => _boundary?.Recover();
}
