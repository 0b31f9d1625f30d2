using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace BehaviorDashboard.Look;

/// <summary>The languages of the product. Everything shown exists in each of them.</summary>
public static class Languages
{
    public const string English = "en";
    public const string Chinese = "zh-Hans";

    /// <summary>Culture name and how the language calls itself.</summary>
    public static IReadOnlyList<(string Culture, string Name)> All { get; } = [(English, "English"), (Chinese, "简体中文")];

    /// <summary>Address that chooses a language and comes back to this page.</summary>
    public static string Link(string culture, NavigationManager nav) => $"culture/{culture}?returnUrl={Uri.EscapeDataString("/" + nav.ToBaseRelativePath(nav.Uri))}";

    public static bool IsChinese => CultureInfo.CurrentUICulture.Name.StartsWith("zh", StringComparison.Ordinal);

    /// <summary>The language of ours that serves a culture, or null: zh-CN and zh-SG read zh-Hans, en-GB reads en.</summary>
    public static string? For(string culture)
    {
        if (culture.StartsWith("en", StringComparison.OrdinalIgnoreCase)) return English;
        return culture.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Chinese : null;
    }
}
