using System.Net;
using System.Text.RegularExpressions;

namespace BehaviorDashboard.Imports;

/// <summary>Words of a text with markup.</summary>
internal static partial class PlainText
{
    public static string? Of(string? html) => html is null ? null
        : Space().Replace(WebUtility.HtmlDecode(Tag().Replace(Unseen().Replace(html, " "), " ")), " ").Trim() is { Length: > 0 } text ? text : null;

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("<(script|style)[^>]*>.*?</\\1>|<!--.*?-->", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Unseen();

    [GeneratedRegex("\\s+")]
    private static partial Regex Space();
}
