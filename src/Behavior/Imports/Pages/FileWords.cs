using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Imports.Pages;

/// <summary>How a file is read, in words.</summary>
internal static class FileWords
{
    public static string Of(FileReport file, IStringLocalizer text)
    {
        var parts = new List<string> { file.Encoding };
        if (file.Delimiter.Length > 0) parts.Add(Delimiter(file.Delimiter, text));
        if (file.DecimalMark is { } mark) parts.Add(text["Decimal." + mark]);
        if (file.Dates is { } dates) parts.Add(text["Dates." + dates]);
        return $"{file.Name}: {string.Join(" · ", parts)}.";
    }

    public static string Delimiter(string delimiter, IStringLocalizer text) => delimiter == "\t" ? text["Tab"] : $"{text["Delimiter"]} {delimiter}";
}
