namespace BehaviorDashboard.Contracts;

/// <summary>Roles, policies and API-key scopes. Every page and endpoint names exactly one policy or is listed as public.</summary>
public static class Access
{
    public const string Marketer = "Marketer";
    public const string Manager = "Manager";
    public const string Admin = "Admin";

    /// <summary>Anybody signed in: KPIs, live page, own settings.</summary>
    public const string ViewKpis = nameof(ViewKpis);

    /// <summary>See people and their events (every role; who fails <see cref="SeePersonalData"/> sees names and addresses masked).</summary>
    public const string ViewPeople = nameof(ViewPeople);

    /// <summary>See personal data unmasked (Marketer, Admin). Asked beside <see cref="ViewPeople"/>.</summary>
    public const string SeePersonalData = nameof(SeePersonalData);

    /// <summary>Change people: merge, unmerge, edit (Marketer, Admin).</summary>
    public const string EditPeople = nameof(EditPeople);

    /// <summary>Create and change segments (Marketer, Admin).</summary>
    public const string EditSegments = nameof(EditSegments);

    /// <summary>Train, publish and roll back models (Marketer, Admin).</summary>
    public const string ManageModels = nameof(ManageModels);

    /// <summary>Build, start and stop campaigns (Marketer, Admin).</summary>
    public const string EditCampaigns = nameof(EditCampaigns);

    /// <summary>Change what is recommended: strategies, pins, exclusions (Marketer, Admin).</summary>
    public const string EditRecommendations = nameof(EditRecommendations);

    /// <summary>Change the catalogue, stock policy and purchase proposals (Manager, Admin).</summary>
    public const string EditSupply = nameof(EditSupply);

    /// <summary>Answer shoppers and handle incidents (Marketer, Admin).</summary>
    public const string ServeCustomers = nameof(ServeCustomers);

    /// <summary>Set feedback rules (Admin).</summary>
    public const string EditRules = nameof(EditRules);

    /// <summary>Bring data in: imports, rejects and their replay (Marketer, Admin).</summary>
    public const string ManageData = nameof(ManageData);

    /// <summary>Users, API keys, audit log (Admin).</summary>
    public const string Administer = nameof(Administer);

    /// <summary>API key or signed-in person that may send events.</summary>
    public const string ScopeWrite = "write";

    /// <summary>API key that may read KPIs and the live hub.</summary>
    public const string ScopeRead = "read";

    /// <summary>API key that may do what an Admin may do through the API.</summary>
    public const string ScopeAdmin = "admin";

    /// <summary>Endpoint policy: an API key with the write scope. No person: events come from the shop.</summary>
    public const string SendEvents = nameof(SendEvents);

    /// <summary>Authentication scheme of API keys: Bearer, Basic user with an empty password, or X-Api-Key.</summary>
    public const string ApiKeyScheme = "ApiKey";

    /// <summary>Claim type that carries an API key's scopes.</summary>
    public const string ScopeClaim = "scope";

    /// <summary>Endpoint policy: signed-in person of any role, or an API key with the read scope.</summary>
    public const string ReadApi = nameof(ReadApi);

    /// <summary>Endpoint policy for what names people: whoever may <see cref="SeePersonalData"/>, or an API key with the read scope. The route writes the look down.</summary>
    public const string ReadPeopleApi = nameof(ReadPeopleApi);

    /// <summary>Endpoint policy: Admin, or an API key with the admin scope.</summary>
    public const string AdminApi = nameof(AdminApi);
}
