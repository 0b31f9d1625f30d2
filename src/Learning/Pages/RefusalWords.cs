using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Learning.Pages;

/// <summary>Why a training was refused, in the reader's words: trainers say it in the field's terms, such as <c>buyers 40 &lt; 50</c>.</summary>
public static partial class RefusalWords
{
    /// <returns>The reason as it stands where it is not a shortage, such as a failure's.</returns>
    public static string Say(IStringLocalizer<LearningText> text, string? reason)
    {
        if (reason is null) return "";
        var shortage = Shortage().Match(reason);
        var (what, numbers) = shortage.Success ? (shortage.Groups["what"].Value, new object[] { Number(shortage.Groups["have"]), Number(shortage.Groups["need"]) }) : (reason, []);
        return text["Refusal." + what, numbers] is { ResourceNotFound: false } said ? said.Value : reason;
    }

    private static string Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture).ToString("N0", CultureInfo.CurrentCulture);

    [GeneratedRegex("^(?<what>[^0-9]+) (?<have>[0-9.]+) < (?<need>[0-9.]+)$")]
    private static partial Regex Shortage();
}
