namespace BehaviorDashboard.Look;

/// <summary>One figure of the product: what it is called and what it means, in both languages, and its formula.</summary>
/// <param name="Key">Name in code and in JSON, such as <c>cart_abandonment</c>.</param>
/// <param name="Formula">How it is counted, in terms of the event contract; the same in every language.</param>
public sealed record Metric(string Key, string English, string Chinese, string EnglishDefinition, string ChineseDefinition, string Formula)
{
    /// <summary>The name for the present reader.</summary>
    public string Name => Languages.IsChinese ? Chinese : English;

    /// <summary>The definition for the present reader.</summary>
    public string Definition => Languages.IsChinese ? ChineseDefinition : EnglishDefinition;
}
