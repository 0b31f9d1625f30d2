using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;

namespace BehaviorDashboard.Accounts;

/// <summary>Who passes which policy of <see cref="Access"/>. What names no policy needs at least a signed-in person.</summary>
internal static class Policies
{
    private static readonly Dictionary<string, string[]> ForPeople = new()
    {
        [Access.ViewKpis] = [Access.Marketer, Access.Manager, Access.Admin],
        [Access.ViewPeople] = [Access.Marketer, Access.Manager, Access.Admin],
        [Access.SeePersonalData] = [Access.Marketer, Access.Admin],
        [Access.EditPeople] = [Access.Marketer, Access.Admin],
        [Access.EditSegments] = [Access.Marketer, Access.Admin],
        [Access.ManageModels] = [Access.Marketer, Access.Admin],
        [Access.EditCampaigns] = [Access.Marketer, Access.Admin],
        [Access.EditRecommendations] = [Access.Marketer, Access.Admin],
        [Access.EditSupply] = [Access.Manager, Access.Admin],
        [Access.ServeCustomers] = [Access.Marketer, Access.Admin],
        [Access.EditRules] = [Access.Admin],
        [Access.ManageData] = [Access.Marketer, Access.Admin],
        [Access.Administer] = [Access.Admin],
    };

    public static void Configure(AuthorizationOptions options)
    {
        foreach (var (policy, roles) in ForPeople)
            options.AddPolicy(policy, p => p.AddAuthenticationSchemes(IdentityConstants.ApplicationScheme).RequireAuthenticatedUser().RequireRole(roles));
        AddForKeys(options, Access.ReadApi, Access.ScopeRead, Access.Marketer, Access.Manager, Access.Admin);
        AddForKeys(options, Access.ReadPeopleApi, Access.ScopeRead, ForPeople[Access.SeePersonalData]);
        AddForKeys(options, Access.AdminApi, Access.ScopeAdmin, Access.Admin);
        options.AddPolicy(Access.SendEvents, p => p.AddAuthenticationSchemes(Access.ApiKeyScheme).RequireAuthenticatedUser().RequireClaim(Access.ScopeClaim, Access.ScopeWrite));
        options.FallbackPolicy = new AuthorizationPolicyBuilder(IdentityConstants.ApplicationScheme).RequireAuthenticatedUser().Build();
    }

    private static void AddForKeys(AuthorizationOptions options, string policy, string scope, params string[] roles) => options.AddPolicy(policy, p => p
        .AddAuthenticationSchemes(IdentityConstants.ApplicationScheme, Access.ApiKeyScheme)
        .RequireAuthenticatedUser()
        .RequireAssertion(context => roles.Any(context.User.IsInRole) || context.User.HasClaim(Access.ScopeClaim, scope)));
}
