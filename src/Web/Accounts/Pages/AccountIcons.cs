using MudBlazor;

namespace BehaviorDashboard.Accounts.Pages;

internal static class AccountIcons
{
    public const string Users = Icons.Material.Outlined.ManageAccounts;
    public const string Audit = Icons.Material.Outlined.FactCheck;
}
