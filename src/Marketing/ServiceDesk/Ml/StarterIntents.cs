namespace BehaviorDashboard.ServiceDesk.Ml;

/// <summary>
/// Messages written for this product, by intent, from which the first model of intents learns. A line holds an intent, a tab and
/// a sentence; <c>[a|b|c]</c> stands for either, and a line gives as many messages as its longest choice has options.
/// </summary>
internal static class StarterIntents
{
    public static IReadOnlyList<LabelledText> Of(string language) => [.. Lines(language).SelectMany(l => l)];

    /// <summary>The messages of each line: they are alike, and are learnt from or judged by together.</summary>
    public static IReadOnlyList<IReadOnlyList<LabelledText>> Lines(string language)
    {
        var assembly = typeof(StarterIntents).Assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream(assembly.GetManifestResourceNames().Single(n => n.EndsWith($".ServiceDesk.Ml.Starter.{language}.txt", StringComparison.Ordinal)))!);
        var lines = new List<IReadOnlyList<LabelledText>>();
        while (reader.ReadLine() is { } line)
            if (line.Split('\t', 2) is [var intent, var sentence]) lines.Add([.. Spell(sentence).Select(text => new LabelledText(text, intent))]);
        return lines;
    }

    /// <summary>Every option at least once, all choices moving on together.</summary>
    private static IEnumerable<string> Spell(string sentence)
    {
        var parts = sentence.Split('[', ']').Select((part, i) => i % 2 == 1 ? part.Split('|') : [part]).ToList();
        return Enumerable.Range(0, parts.Max(p => p.Length)).Select(n => string.Concat(parts.Select(p => p[n % p.Length])));
    }
}
