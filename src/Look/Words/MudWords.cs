using Microsoft.Extensions.Localization;
using MudBlazor;

namespace BehaviorDashboard.Look;

/// <summary>MudBlazor's own words in Chinese; its English is built in.</summary>
internal sealed class MudWords(IStringLocalizer<MudStrings> words) : MudLocalizer
{
    public override LocalizedString this[string key] =>
        Languages.IsChinese ? words[key] : new LocalizedString(key, key, resourceNotFound: true);
}
