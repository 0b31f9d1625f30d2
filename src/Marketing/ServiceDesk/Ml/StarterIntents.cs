namespace BehaviorDashboard.ServiceDesk.Ml;

/// <summary>Messages written for this product, by intent, from which the first model of intents learns.</summary>
internal static class StarterIntents
{
    public static IReadOnlyList<LabelledText> Of(string language)
    {
        var assembly = typeof(StarterIntents).Assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream(assembly.GetManifestResourceNames().Single(n => n.EndsWith($".ServiceDesk.Ml.Starter.{language}.txt", StringComparison.Ordinal)))!);
        var texts = new List<LabelledText>();
        while (reader.ReadLine() is { } line)
            if (line.Split('\t', 2) is [var intent, var text]) texts.Add(new LabelledText(text, intent));
        return texts;
    }
}
