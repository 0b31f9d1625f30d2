namespace BehaviorDashboard.ServiceDesk;

/// <summary>An answer the shop wrote, with placeholders in braces that are filled with facts.</summary>
/// <param name="Shown">How often it was suggested when somebody decided.</param>
/// <param name="Accepted">How often it was taken, edited or not.</param>
public sealed record Article(int Id, string Title, string Body, string Language, string? Intent, bool Active, long Shown, long Accepted, DateTimeOffset UpdatedAt, string UpdatedBy);

/// <summary>An answer as it is written or changed.</summary>
/// <param name="Id">0: new.</param>
public sealed record ArticleDraft(int Id, string Title, string Body, string Language, string? Intent, bool Active);

/// <summary>An answer suggested for a conversation.</summary>
/// <param name="Filled">Its words with the facts put in.</param>
/// <param name="Missing">Placeholders for which no fact is known; they stand in the text in braces.</param>
/// <param name="Chance">That an agent takes it, by what agents did before.</param>
/// <param name="Place">1 is the first.</param>
/// <param name="PlainPlace">Where its words alone (BM25) would put it.</param>
public sealed record Suggestion(Article Article, string Filled, IReadOnlyList<string> Missing, double Chance, int Place, int PlainPlace, double[] Features);

/// <summary>How the ranking did, each decision judged before it was learnt from.</summary>
/// <param name="First">Share of taken answers that stood first; <paramref name="PlainFirst"/> by words alone.</param>
public sealed record RankingQuality(long Decisions, long Taken, double? First, double? PlainFirst, double? ReciprocalRank, double? PlainReciprocalRank);
