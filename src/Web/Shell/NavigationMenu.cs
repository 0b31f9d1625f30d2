using System.Security.Claims;
using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Authorization;

namespace BehaviorDashboard.Shell;

/// <summary>The lines of the navigation that this person may follow, in order.</summary>
public sealed record NavigationMenu(IReadOnlyList<NavEntry> Visible)
{
    public static NavigationMenu Empty { get; } = new([]);

    /// <summary>Lines of the navigation itself: tabs of a page stand there.</summary>
    public IReadOnlyList<NavEntry> Lines { get; } = [.. Visible.Where(e => e.Room is null)];

    /// <summary>Lines of the top level first, then each group where its first line stands.</summary>
    public IEnumerable<IGrouping<string?, NavEntry>> Groups => Lines.GroupBy(e => e.Group).OrderBy(g => g.Key is null ? int.MinValue : g.Min(e => e.Order));

    public static async Task<NavigationMenu> ForAsync(IEnumerable<NavEntry> entries, ClaimsPrincipal user, IAuthorizationService authorization)
    {
        if (user.Identity?.IsAuthenticated != true) return Empty;
        var visible = new List<NavEntry>();
        foreach (var entry in entries.OrderBy(e => e.Order))
            if ((await authorization.AuthorizeAsync(user, entry.Policy)).Succeeded) visible.Add(entry);
        return new NavigationMenu(visible);
    }
}
