namespace BehaviorDashboard.Catalog;

internal static class SearchText
{
    /// <summary>Wildcards of SQL are not for people who search; an underscore finds itself among others.</summary>
    public static string Like(string text) => "%" + text.Trim().Replace("%", "", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal).ToLowerInvariant() + "%";
}
