using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Accounts.Pages;

public sealed partial class Users
{
    private IReadOnlyList<Account> _accounts = [];
    private bool _inviting;
    private string _name = "", _email = "", _role = Access.Marketer;
    private string? _link, _linkFor, _notice, _removing;
    private bool _wrong;

    private enum Done
    {
        RoleChanged,
        SessionsEnded,
        TwoFactorReset,
        Locked,
        Unlocked,
        Removed,
    }

    [Inject] private AccountsService Service { get; set; } = null!;

    [Inject] private IStringLocalizer<AccountsText> Text { get; set; } = null!;

    [Inject] private IStringLocalizer<UI> Ui { get; set; } = null!;

    [Inject] private IOptions<AccountsOptions> Options { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private ShopClock Clock { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    private string Lead => Text["Users.Lead", _accounts.Count(a => a.Active), _accounts.Count(a => a is { Active: true, Role: Access.Admin })];

    protected override Task OnInitializedAsync() => LoadAsync();

    private async Task LoadAsync() => _accounts = await Service.ListAsync();

    private async Task InviteAsync()
    {
        var (result, account) = await Service.InviteAsync(_email, _name, _role);
        if (account is null)
        {
            Say(result, null, _email);
            return;
        }
        (_name, _email, _inviting) = ("", "", false);
        await LoadAsync();
        await LinkAsync(account);
    }

    private async Task LinkAsync(Account account)
    {
        var link = await Service.LinkAsync(account.Id);
        (_link, _linkFor, _notice) = (link is null ? null : Nav.ToAbsoluteUri(link).ToString(), account.Email, null);
    }

    private Task ChangeRoleAsync(Account account, string role) =>
        role == account.Role ? Task.CompletedTask : ActAsync(account, (id, cancel) => Service.ChangeRoleAsync(id, role, cancel), Done.RoleChanged);

    private async Task RemoveAsync(Account account)
    {
        await ActAsync(account, Service.RemoveAsync, Done.Removed);
        _removing = null;
    }

    private async Task ActAsync(Account account, Func<string, CancellationToken, Task<AccountResult>> act, Done done)
    {
        _link = null;
        Say(await act(account.Id, default), done, account.Email);
        await LoadAsync();
    }

    private void Say(AccountResult result, Done? done, string email)
    {
        _wrong = result != AccountResult.Done;
        _notice = _wrong ? Text[$"Users.{result}", email] : Text[$"Users.Done.{done}", email];
    }

    private string StateOf(Account account)
    {
        if (account.LockedByAdmin) return "Locked";
        if (account.LockoutEnd > Clock.Now) return "Paused";
        return account.Active ? account.Demo ? "Demo" : account.TwoFactor ? "TwoFactor" : "Active" : "Invited";
    }

    private string StateClass(Account account) => StateOf(account) switch
    {
        "Locked" => "bd-bad",
        "Paused" or "Invited" => "bd-warn",
        "Active" or "TwoFactor" => "bd-good",
        _ => "",
    };
}
