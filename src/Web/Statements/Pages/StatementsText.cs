using MudBlazor;

namespace BehaviorDashboard.Statements.Pages;

/// <summary>Words of the page of slow statements.</summary>
public sealed class StatementsText;

internal static class StatementIcons
{
    public const string Slow = Icons.Material.Outlined.Speed;
}
