namespace BehaviorDashboard.Ids;

/// <summary>
/// How a person is named in every table: the shop's own user id as it was sent, or <c>anon:</c> and the anonymous id
/// for somebody who has not signed in yet.
/// </summary>
public static class PersonKey
{
    public const string AnonymousPrefix = "anon:";

    public static string OfAnonymous(string anonymousId) => AnonymousPrefix + anonymousId;

    public static bool IsAnonymous(string key) => key.StartsWith(AnonymousPrefix, StringComparison.Ordinal);
}
