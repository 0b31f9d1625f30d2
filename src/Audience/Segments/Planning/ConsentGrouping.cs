using System.Globalization;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Segments.Pages;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Segments;

/// <summary>
/// Whether the shop may use somebody for a purpose, as conditions of segments. What people say comes with their events; what is set on a page makes another version.
/// </summary>
/// <param name="consents">Null in a host without profiles: nothing is known then.</param>
internal sealed class ConsentGrouping(string purpose, ConsentService? consents, Database database, IStringLocalizer<SegmentsText> text) : IGrouping
{
    public const string Allowed = "allowed";
    public const string Refused = "refused";

    private const string LastOnPage = "select count(*) from consents where changed_by is not null";

    public string Key => "consent_" + purpose;

    public async Task<GroupingState?> AtAsync(DateTimeOffset asOf, CancellationToken cancel)
    {
        if (consents is null) return null;
        var version = await database.ScalarAsync<long>(LastOnPage, null, cancel);
        return new GroupingState(Key, version.ToString(CultureInfo.InvariantCulture), [Allowed, Refused], () => text["Consent." + purpose], group => text["Consent." + group],
            (profiles, _) => $"select p.user_id as person, case when {consents.Allows(purpose, "p.user_id")} then '{Allowed}' else '{Refused}' end as grp from {profiles} p");
    }
}
