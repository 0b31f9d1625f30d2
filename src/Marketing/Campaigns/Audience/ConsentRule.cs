using BehaviorDashboard.Profiles;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Campaigns;

/// <summary>Who agreed to what.</summary>
internal sealed class ConsentRule(IServiceScopeFactory scopes)
{
    private readonly Lazy<string> _columns = new(() =>
    {
        using var scope = scopes.CreateScope();
        var consents = scope.ServiceProvider.GetRequiredService<ConsentService>();
        return $"({consents.Allows(Purposes.MarketingEmail, "p.user_id")}) as MayWrite, ({consents.Allows(Purposes.Personalisation, "p.user_id")}) as MayPersonalise";
    });

    /// <summary>Of many, in SQL: selects <c>MayWrite</c> and <c>MayPersonalise</c> over the row <c>p</c> of profiles.</summary>
    public string Columns => _columns.Value;

    /// <summary>Of the people of a handful of messages.</summary>
    public async Task<IReadOnlyList<OutboxMessage>> ReadAsync(Session session, IReadOnlyList<OutboxMessage> messages)
    {
        await using var scope = scopes.CreateAsyncScope();
        var allowed = await scope.ServiceProvider.GetRequiredService<ConsentService>().AllowedAsync(session, [.. messages.Select(m => m.Person).Distinct()], [Purposes.MarketingEmail, Purposes.Personalisation]);
        return [.. messages.Select(m => m with { MayWrite = allowed.Contains((m.Person, Purposes.MarketingEmail)), MayPersonalise = allowed.Contains((m.Person, Purposes.Personalisation)) })];
    }
}
