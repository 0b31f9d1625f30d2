namespace BehaviorDashboard.Accounts.Pages;

/// <summary>Marker of the words of the accounts pages.</summary>
public sealed class AccountsText;
