using System.Globalization;
using System.Text.RegularExpressions;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Reviews.Ml;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>The shop's answers: kept, found for a message, filled with facts, and ranked by what agents take.</summary>
public sealed partial class KnowledgeService
{
    private const int MostTitle = 200;
    private const int MostBody = 5_000;
    private const int Shown = 3;

    private readonly KnowledgeStore _store;
    private readonly ShopFacts _facts;
    private readonly IAuditLog _audit;
    private readonly TimeProvider _time;

    internal KnowledgeService(KnowledgeStore store, ShopFacts facts, IAuditLog audit, TimeProvider time) => (_store, _facts, _audit, _time) = (store, facts, audit, time);

    public Task<IReadOnlyList<Article>> AllAsync(CancellationToken cancel = default) => _store.AllAsync(cancel);

    public Task<RankingQuality> QualityAsync(CancellationToken cancel = default) => _store.QualityAsync(cancel);

    /// <returns>What is wrong, as a resource key; null when it was saved.</returns>
    public async Task<string?> SaveAsync(ArticleDraft draft, string by, CancellationToken cancel = default)
    {
        if (string.IsNullOrWhiteSpace(draft.Title) || string.IsNullOrWhiteSpace(draft.Body)) return "ArticleEmpty";
        if (draft.Title.Length > MostTitle || draft.Body.Length > MostBody) return "ArticleLong";
        if (draft.Language is not (TextLanguage.English or TextLanguage.Chinese)) return "ArticleLanguage";
        if (Placeholder().Matches(draft.Body).Any(m => !ShopFacts.Names.Contains(m.Groups[1].Value))) return "ArticlePlaceholder";
        var id = await _store.SaveAsync(draft, by, _time.GetUtcNow(), cancel);
        await _audit.RecordAsync(new AuditEntry("knowledge.saved", "knowledge:" + id.ToString(CultureInfo.InvariantCulture)), cancel);
        return null;
    }

    public async Task DeleteAsync(int id, CancellationToken cancel = default)
    {
        await _store.DeleteAsync(id, cancel);
        await _audit.RecordAsync(new AuditEntry("knowledge.deleted", "knowledge:" + id.ToString(CultureInfo.InvariantCulture)), cancel);
    }

    /// <summary>Puts the answers in that were written for this product, where the shop has none yet.</summary>
    public async Task<int> StartAsync(string by, CancellationToken cancel = default)
    {
        if ((await _store.AllAsync(cancel)).Count > 0) return 0;
        var drafts = StarterArticles.All();
        foreach (var draft in drafts) await _store.SaveAsync(draft, by, _time.GetUtcNow(), cancel);
        return drafts.Count;
    }

    /// <summary>The answers most likely taken, best first; none where nothing fits.</summary>
    /// <param name="message">The shopper's newest message.</param>
    public async Task<IReadOnlyList<Suggestion>> SuggestAsync(Conversation conversation, string message, CancellationToken cancel = default)
    {
        var articles = (await _store.AllAsync(cancel)).Where(a => a.Active).ToList();
        // Answers in the shopper's language, unless the shop has none.
        if (articles.Any(a => a.Language == conversation.Language)) articles = [.. articles.Where(a => a.Language == conversation.Language)];
        if (articles.Count == 0) return [];
        var found = new Retrieval(articles).Find(message, conversation.Language);
        var ranker = await _store.RankerAsync(cancel);
        var best = found[0].Score;
        var (intent, chance) = conversation.IntentGiven is { } given ? (given, 1) : (conversation.Intent, conversation.IntentChance ?? 0);
        var ranked = found.Select((f, i) =>
        {
            var features = Ranker.Of(f.Score, best, f.Article.Intent is not null && f.Article.Intent == intent ? chance : 0, f.Article.Language == conversation.Language, f.Article.Shown, f.Article.Accepted);
            return (f.Article, PlainPlace: i + 1, Features: features, Chance: ranker.Chance(features));
        }).Where(r => r.Features[0] > 0 || r.Features[2] > 0).OrderByDescending(r => r.Chance).Take(Shown).ToList();
        if (ranked.Count == 0) return [];
        var facts = await _facts.OfAsync(conversation, cancel);
        return [.. ranked.Select((r, i) =>
        {
            var (filled, missing) = Fill(r.Article, facts);
            return new Suggestion(r.Article, filled, missing, r.Chance, i + 1, r.PlainPlace, r.Features);
        })];
    }

    /// <summary>An agent takes an answer as it is, edits it, or turns it down: the ranking learns from it, once a message.</summary>
    /// <param name="outcome">accepted, edited or rejected.</param>
    public async Task ChooseAsync(Conversation conversation, long message, IReadOnlyList<Suggestion> shown, Suggestion chosen, string outcome, CancellationToken cancel = default)
    {
        if (outcome is not ("accepted" or "edited" or "rejected")) throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "accepted, edited or rejected.");
        // What stood above the one taken was passed over; what stood below may not have been looked at.
        List<(Suggestion, double)> lessons = outcome == "rejected" ? [(chosen, 0)] : [.. shown.Where(s => s.Place < chosen.Place).Select(s => (s, 0.0)), (chosen, outcome == "edited" ? 0.7 : 1)];
        await _store.ChooseAsync(conversation.Id, message, chosen, outcome, lessons, _time.GetUtcNow(), cancel);
    }

    private static (string Filled, IReadOnlyList<string> Missing) Fill(Article article, ShopFactSet facts)
    {
        var missing = new List<string>();
        var filled = Placeholder().Replace(article.Body, match =>
        {
            if (facts.Of(match.Groups[1].Value, article.Language) is { } value) return value;
            if (!missing.Contains(match.Groups[1].Value)) missing.Add(match.Groups[1].Value);
            return match.Value;
        });
        return (filled, missing);
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Placeholder();
}
