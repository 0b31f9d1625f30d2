using MudBlazor;

namespace BehaviorDashboard.Look;

/// <summary>
/// The one theme. Colours mirror the tokens of <c>wwwroot-assets/css/tokens.css</c>; good, warning and bad are blue-green,
/// amber and vermilion, which colour-blind eyes tell apart, and never stand without a sign or a word.
/// </summary>
public static class ShopTheme
{
    private static readonly string[] Family =
        ["Inter", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "system-ui", "sans-serif"];

    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#3b5bdb", PrimaryContrastText = "#ffffff", Secondary = "#5c6370", Tertiary = "#0b7285",
            Info = "#1c6dd0", Success = "#07694e", Warning = "#9a5b00", Error = "#c2380f",
            WarningContrastText = "#ffffff", ErrorContrastText = "#ffffff", SuccessContrastText = "#ffffff",
            Background = "#f7f8fa", Surface = "#ffffff", BackgroundGray = "#eef0f3",
            AppbarBackground = "#ffffff", AppbarText = "#1b1f27", DrawerBackground = "#ffffff", DrawerText = "#1b1f27",
            TextPrimary = "#1b1f27", TextSecondary = "#5a6270", TextDisabled = "#8d95a3", ActionDefault = "#5a6270",
            LinesDefault = "#e3e6eb", LinesInputs = "#c3c9d2", Divider = "#e3e6eb", TableLines = "#eceef2", TableHover = "#f4f6f9",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#8ea6ff", PrimaryContrastText = "#10131a", Secondary = "#a4acb9", Tertiary = "#66d9e8",
            Info = "#74b3f5", Success = "#4cc9a0", Warning = "#e8b04b", Error = "#ff8f6b",
            WarningContrastText = "#10131a", ErrorContrastText = "#10131a", SuccessContrastText = "#10131a", InfoContrastText = "#10131a",
            Background = "#0f1217", Surface = "#171b22", BackgroundGray = "#1d222b",
            AppbarBackground = "#171b22", AppbarText = "#e8ebf0", DrawerBackground = "#171b22", DrawerText = "#e8ebf0",
            TextPrimary = "#e8ebf0", TextSecondary = "#a4acb9", TextDisabled = "#6d7584", ActionDefault = "#a4acb9",
            LinesDefault = "#2a303b", LinesInputs = "#434b59", Divider = "#2a303b", TableLines = "#232933", TableHover = "#1d222b",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Family, FontSize = ".875rem", LineHeight = "1.43", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontSize = ".8125rem", FontWeight = "550", TextTransform = "none", LetterSpacing = "normal" },
            H1 = new H1Typography { FontSize = "1.25rem", FontWeight = "650", LineHeight = "1.4", LetterSpacing = "-.01em" },
            H2 = new H2Typography { FontSize = "1rem", FontWeight = "600", LineHeight = "1.5", LetterSpacing = "normal" },
            H3 = new H3Typography { FontSize = ".875rem", FontWeight = "600", LineHeight = "1.43", LetterSpacing = "normal" },
            H6 = new H6Typography { FontSize = "1rem", FontWeight = "600", LineHeight = "1.5", LetterSpacing = "normal" },
            Body2 = new Body2Typography { FontSize = ".8125rem", LineHeight = "1.5", LetterSpacing = "normal" },
            Caption = new CaptionTypography { FontSize = ".75rem", LineHeight = "1.33", LetterSpacing = "normal" },
        },
    };
}
