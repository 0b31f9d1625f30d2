using MudBlazor;

namespace BehaviorDashboard.Api.Pages;

/// <summary>Marker of the words of the API pages.</summary>
public sealed class ApiText;

internal static class ApiIcons
{
    public const string Keys = Icons.Material.Outlined.VpnKey;
    public const string Reference = Icons.Material.Outlined.Code;
}
