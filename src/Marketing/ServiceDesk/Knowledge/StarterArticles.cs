namespace BehaviorDashboard.ServiceDesk;

/// <summary>Answers written for this product, for a shop to begin with and to rewrite.</summary>
internal static class StarterArticles
{
    public static IReadOnlyList<ArticleDraft> All()
    {
        var assembly = typeof(StarterArticles).Assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream(assembly.GetManifestResourceNames().Single(n => n.EndsWith(".Knowledge.Starter.articles.txt", StringComparison.Ordinal)))!);
        var drafts = new List<ArticleDraft>();
        while (reader.ReadLine() is { } line)
            if (line.Split('|', 4) is [var language, var intent, var title, var body]) drafts.Add(new ArticleDraft(0, title, body, language, intent, true));
        return drafts;
    }
}
