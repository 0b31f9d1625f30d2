namespace BehaviorDashboard.Reviews.Ml;

/// <summary>Sentences written for this product, from which a shop's first model learns until it has rated reviews of its own.</summary>
internal static class StarterTexts
{
    private static readonly (string[] Things, string[] Good, string[] Bad, string[] Frames) English =
    (
        ["product", "quality", "delivery", "material", "service", "size", "colour", "packaging", "price", "design"],
        ["great", "excellent", "very good", "perfect", "wonderful", "really nice", "better than expected", "not bad at all"],
        ["terrible", "poor", "very bad", "awful", "disappointing", "really cheap", "worse than expected", "not good at all"],
        ["The {0} is {1}.", "I find the {0} {1}.", "{1} {0}!"]
    );

    private static readonly (string[] Things, string[] Good, string[] Bad, string[] Frames) Chinese =
    (
        ["质量", "物流", "做工", "服务", "尺寸", "颜色", "包装", "价格", "设计", "味道"],
        ["很好", "不错", "非常棒", "很满意", "超出预期", "没得说", "特别好"],
        ["很差", "不好", "太糟糕了", "让人失望", "不满意", "有问题", "特别差"],
        ["{0}{1}。", "{0}真的{1}，", "这个{0}{1}！"]
    );

    public static IReadOnlyList<RatedText> Of(string language)
    {
        var texts = new List<RatedText>();
        using var reader = new StreamReader(typeof(StarterTexts).Assembly.GetManifestResourceStream(typeof(StarterTexts).Assembly.GetManifestResourceNames().Single(n => n.EndsWith($".Starter.{language}.txt", StringComparison.Ordinal)))!);
        while (reader.ReadLine() is { } line)
            if (line.Split('\t', 2) is [var sign, var text]) texts.Add(new RatedText(text, sign == "+"));
        var (things, good, bad, frames) = language == TextLanguage.Chinese ? Chinese : English;
        foreach (var frame in frames)
            foreach (var thing in things)
            {
                texts.AddRange(good.Select(g => new RatedText(string.Format(System.Globalization.CultureInfo.InvariantCulture, frame, thing, g), true)));
                texts.AddRange(bad.Select(b => new RatedText(string.Format(System.Globalization.CultureInfo.InvariantCulture, frame, thing, b), false)));
            }
        return texts;
    }
}
