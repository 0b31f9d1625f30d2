using MudBlazor;

namespace BehaviorDashboard.Demo.Pages;

internal static class DemoIcons
{
    public const string Play = Icons.Material.Outlined.TheaterComedy;
}
