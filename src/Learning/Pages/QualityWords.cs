using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Learning.Pages;

/// <summary>What a measure is called; some mean something of their own for one kind of model.</summary>
internal static class QualityWords
{
    public static string Of(IStringLocalizer<LearningText> text, string kind, string measure) =>
        text[$"Quality.{kind}.{measure}"] is { ResourceNotFound: false } own ? own.Value : text["Quality." + measure] is { ResourceNotFound: false } named ? named.Value : measure;
}
