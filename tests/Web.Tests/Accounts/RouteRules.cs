using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.WebTests.Accounts;

/// <summary>
/// What every route of the running product must say about who may use it: exactly one policy of <see cref="Access"/>,
/// or a place on this list. Read from the route table, so a new route is judged without being added anywhere.
/// </summary>
internal static class RouteRules
{
    /// <summary>Open to everybody, with the reason.</summary>
    private static readonly Dictionary<string, string> Public = new()
    {
        ["/login"] = "sign-in",
        ["/login/code"] = "second step of the sign-in",
        ["/setup"] = "first start; closed afterwards, and needs the printed code",
        ["/set-password"] = "needs a one-time link",
        ["/auth/login"] = "sign-in",
        ["/auth/two-factor"] = "second step of the sign-in",
        ["/auth/logout"] = "ends the caller's own session only",
        ["/auth/setup"] = "first start; closed afterwards, and needs the printed code",
        ["/auth/password"] = "needs a one-time link",
        ["/auth/external"] = "leads to the identity provider",
        ["/auth/external/return"] = "comes back from the identity provider",
        ["/culture/{culture}"] = "sets the reader's language",
        ["/not-found"] = "says that there is nothing",
        ["/error"] = "says that something failed",
        ["/healthz"] = "for load balancers; says nothing of the shop",
        ["/readyz"] = "for load balancers; says nothing of the shop",
        ["/_host/commands"] = "only from this machine with the token of server.json",
        ["/unsubscribe"] = "people who get messages have no account; the link is sealed",
        ["/m/u/{token}"] = "leaving: one click in a mail program; the link is sealed",
        ["/m/o/{token}"] = "a picture of one point in a mail; the link is sealed",
        ["/m/c/{token}"] = "a link in a mail; the link is sealed and leads only where the mail said",
        ["/batch"] = "PostHog's batch; the write key is in the body",
        ["/capture"] = "PostHog's event; the write key is in the body",
        ["/e"] = "PostHog's event; the write key is in the body",
        ["/i/v0/e"] = "PostHog's event; the write key is in the body",
        ["/mp/collect"] = "GA4's batch; the write key is in the address, as GA4 sends it",
        ["/users/track"] = "Braze's batch; the write key is in the header",
        ["/openapi/{documentName}.json"] = "describes the API; holds nothing of the shop",
    };

    /// <summary>Groups of routes that guard themselves, with the reason.</summary>
    private static readonly (string Prefix, string Reason)[] PublicGroups =
    [
        ("/v1/", "a write key in the header or the body, as the Segment clients send it; tried by the tests of Ingest"),
    ];

    /// <summary>Parts of the framework without a policy of their own: the fallback asks for a session.</summary>
    private static readonly string[] Framework = ["/_blazor", "/_framework/opaque-redirect"];

    private static readonly string[] Policies =
    [
        Access.ViewKpis, Access.ViewPeople, Access.EditPeople, Access.EditSegments, Access.ManageData, Access.ManageModels, Access.EditCampaigns,
        Access.EditRecommendations, Access.EditSupply, Access.ServeCustomers, Access.EditRules, Access.Administer, Access.ReadApi, Access.ReadPeopleApi, Access.AdminApi, Access.SendEvents,
    ];

    /// <summary>In development the framework serves assets that appeared after the build; they are as public as the others.</summary>
    private static bool IsDevelopmentFile(RouteEndpoint route) => Path(route) == "/{**path:file}";

    /// <summary>Whether somebody must be known to get in.</summary>
    public static bool IsGuarded(RouteEndpoint route) => route.Metadata.GetMetadata<IAllowAnonymous>() is null && !IsDevelopmentFile(route);

    /// <returns>What is wrong with a route, or null.</returns>
    public static string? Problem(RouteEndpoint route)
    {
        var path = Path(route);
        var policies = Policy(route);
        var open = route.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        if (open && policies.Count > 0) return $"{path} names {string.Join(", ", policies)} and is open to everybody: the policy has no effect.";
        if (open) return IsAsset(route) || Public.ContainsKey(path) || PublicGroups.Any(g => path.StartsWith(g.Prefix, StringComparison.Ordinal)) ? null : $"{path} is open to everybody, but not on the list of public routes.";
        if (policies.Count == 0) return IsDevelopmentFile(route) || Framework.Any(f => path.StartsWith(f, StringComparison.Ordinal)) ? null : $"{path} names no policy.";
        if (policies.Count > 1) return $"{path} names several policies: {string.Join(", ", policies)}.";
        return Policies.Contains(policies[0]) ? null : $"{path} names {policies[0]}, which is no policy of Access.";
    }

    public static IReadOnlyList<string> Policy(RouteEndpoint route) =>
        [.. route.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy ?? "a session of any role").Distinct()];

    public static string Path(RouteEndpoint route) => "/" + route.RoutePattern.RawText?.TrimStart('/');

    // Files that are built into the product.
    private static bool IsAsset(RouteEndpoint route) => route.Metadata.Any(m => m.GetType().FullName?.Contains("StaticAssets", StringComparison.Ordinal) == true);

    /// <summary>Who passes a policy: the three roles, then keys by their scope.</summary>
    public static bool Allows(string policy, string who) => policy switch
    {
        Access.ViewKpis or Access.ViewPeople => who is Access.Marketer or Access.Manager or Access.Admin,
        Access.EditPeople or Access.EditSegments or Access.ManageData or Access.ManageModels => who is Access.Marketer or Access.Admin,
        Access.EditCampaigns or Access.EditRecommendations or Access.ServeCustomers => who is Access.Marketer or Access.Admin,
        Access.EditSupply => who is Access.Manager or Access.Admin,
        Access.Administer or Access.EditRules => who is Access.Admin,
        Access.ReadApi => who is Access.Marketer or Access.Manager or Access.Admin or Access.ScopeRead or Access.ScopeAdmin,
        Access.ReadPeopleApi => who is Access.Marketer or Access.Admin or Access.ScopeRead or Access.ScopeAdmin,
        Access.AdminApi => who is Access.Admin or Access.ScopeAdmin,
        Access.SendEvents => who is Access.ScopeWrite or Access.ScopeAdmin,
        _ => throw new ArgumentOutOfRangeException(nameof(policy), policy, "The tests do not know who may pass."),
    };
}
