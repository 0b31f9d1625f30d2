using BehaviorDashboard.Profiles;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Campaigns;

/// <summary>Who agreed to what, as conditions of SQL over the row <c>p</c> of profiles.</summary>
internal sealed class ConsentRule(IServiceScopeFactory scopes)
{
    private readonly Lazy<string> _columns = new(() =>
    {
        using var scope = scopes.CreateScope();
        var consents = scope.ServiceProvider.GetRequiredService<ConsentService>();
        return $"({consents.Allows(Purposes.MarketingEmail, "p.user_id")}) as MayWrite, ({consents.Allows(Purposes.Personalisation, "p.user_id")}) as MayPersonalise";
    });

    /// <summary>Selects <c>MayWrite</c> and <c>MayPersonalise</c>.</summary>
    public string Columns => _columns.Value;
}
