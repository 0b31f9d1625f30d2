using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Statistics;

namespace BehaviorDashboard.Reviews;

/// <summary>Reviews as people and programs work with them.</summary>
public sealed class ReviewService
{
    public const int MostAtOnce = 1_000;
    private const int MostBody = 10_000;
    private const int MostWords = 3_000;

    private readonly ReviewStore _store;
    private readonly ReviewKeeper _keeper;
    private readonly EventWriter _writer;
    private readonly IProductCatalog _catalog;
    private readonly ShopClock _clock;

    internal ReviewService(ReviewStore store, ReviewKeeper keeper, SentimentModels models, EventWriter writer, IProductCatalog catalog, ShopClock clock) =>
        (_store, _keeper, Models, _writer, _catalog, _clock) = (store, keeper, models, writer, catalog, clock);

    public Signal Changed => _keeper.Changed;

    public SentimentModels Models { get; }

    public async Task<ReviewPage> PageAsync(ReviewQuery query, CancellationToken cancel = default)
    {
        var reviews = await _store.OfPeopleAsync(await _store.PageAsync(query, cancel), cancel);
        return new ReviewPage(reviews, reviews.Count < query.Limit ? null : $"{reviews[^1].OccurredAt.UtcTicks.ToString(CultureInfo.InvariantCulture)}~{reviews[^1].ReviewId}");
    }

    public async Task<Review?> FindAsync(string id, CancellationToken cancel = default) => await _store.FindAsync(id, cancel) is { } review ? (await _store.OfPeopleAsync([review], cancel))[0] : null;

    public async Task<string> TitleAsync(string product, CancellationToken cancel = default) => (await _catalog.TitlesAsync([product], cancel)).GetValueOrDefault(product, product);

    public Task<IReadOnlyDictionary<string, string>> TitlesAsync(IReadOnlyCollection<string> products, CancellationToken cancel = default) => _catalog.TitlesAsync(products, cancel);

    /// <summary>What may be shown of a review's score: null where its model has not been judged by enough rated reviews.</summary>
    public double? Score(Review review) => review.Good is not null && Models.Of(review.Language) is { Shows: true } ? review.Good : null;

    /// <summary>What each word adds to the score, by the model in use.</summary>
    public IReadOnlyList<Ml.WordWeight> Explain(Review review) => Models.Of(review.Language)?.Model.Explain(review.Body) ?? [];

    /// <param name="product">Null: the whole shop.</param>
    public async Task<ReviewOverview> OverviewAsync(TimeRange range, TimeRange? before, string? product = null, CancellationToken cancel = default)
    {
        var query = new ReviewQuery { From = range.From, To = range.To, Product = product };
        var earlier = before is { } b ? query with { From = b.From, To = b.To } : null;
        var now = await _store.TallyAsync(query, cancel);
        var was = earlier is null ? null : await _store.TallyAsync(earlier, cancel);
        async Task<IReadOnlyList<ReviewGroup>> By(string column, Func<string, string>? title, int limit) => ReviewFigures.Groups(await _store.TalliesAsync(column, query, cancel),
            earlier is null ? [] : await _store.TalliesAsync(column, earlier, cancel), title ?? (k => k), limit);
        var products = product is null ? await By("product_id", null, 12) : [];
        var recent = await _store.PageAsync(query with { Limit = MostWords }, cancel);
        var past = await _store.PageAsync(query with { To = range.From, From = range.From.AddDays(-Math.Max(90, range.Length.TotalDays)), Limit = MostWords }, cancel);
        var titles = await _catalog.TitlesAsync([.. products.Select(p => p.Key).Concat(recent.Select(r => r.ProductId).OfType<string>()).Distinct()], cancel);
        string Title(string id) => titles.GetValueOrDefault(id, id);
        var step = TimeSpan.FromDays(range.Length.TotalDays > 45 ? 7 : 1);
        var bad = recent.Where(r => r.Tone == "bad").ToList();
        return new ReviewOverview(now, was, Proportions.Wilson(now.Bad, now.Known), was is null ? null : ReviewFigures.Differ(now.Bad, now.Known, was.Bad, was.Known),
            [.. products.Select(p => p with { Title = Title(p.Key) })], product is null ? await By("category", null, 12) : [],
            ReviewFigures.Groups(await _store.TopicsAsync(query, cancel), earlier is null ? [] : await _store.TopicsAsync(earlier, cancel), k => k, 12),
            ReviewFigures.Trend(await _store.DaysAsync(query, _clock.Zone.Id, cancel), step, _clock.StartOf(_clock.DateOf(range.From))), RisingWords.Of(recent, past, 12),
            ReviewFigures.Bursts([.. past, .. recent], range.From, _clock.DateOf, Title), [.. SentimentModels.Languages.Select(Models.Of).OfType<LanguageModel>()], _clock.Now);
    }

    /// <summary>Takes reviews in as events, so that they lie in the history like all others.</summary>
    /// <param name="source">An API key's id, or <c>import:</c> and a name.</param>
    /// <returns>How many were new, and what was refused.</returns>
    public async Task<(int Stored, IReadOnlyList<ReviewProblem> Problems)> AddAsync(IReadOnlyList<NewReview> reviews, string source, CancellationToken cancel = default)
    {
        var (events, problems) = (new List<ShopEvent>(), new List<ReviewProblem>());
        for (var i = 0; i < reviews.Count; i++)
        {
            if (Problem(i, reviews[i]) is { } problem) problems.Add(problem);
            else events.Add(Event(reviews[i], source));
        }
        var stored = events.Count == 0 ? 0 : (await _writer.AppendWhenRoomAsync(events, cancel)).Stored;
        return (stored, problems);
    }

    private ReviewProblem? Problem(int index, NewReview review)
    {
        if (string.IsNullOrWhiteSpace(review.ProductId)) return new(index, "product_id", "A review belongs to a product.");
        if (review.Rating is null && string.IsNullOrWhiteSpace(review.Body)) return new(index, "body", "There are neither words nor stars.");
        if (review.Rating is { } stars && stars is not (>= 1 and <= 5)) return new(index, "rating", $"{stars.ToString(CultureInfo.InvariantCulture)} is not 1 to 5 stars.");
        if (review.Body?.Length > MostBody) return new(index, "body", $"{review.Body.Length} characters; at most {MostBody} are taken.");
        if (review.At > _clock.Now.AddMinutes(5)) return new(index, "at", "It is in the future.");
        return ((string?[])[review.ProductId, review.UserId, review.AnonymousId, review.ReviewId]).Any(id => id?.Length > 255) ? new(index, "id", "An id has more than 255 characters.") : null;
    }

    private ShopEvent Event(NewReview review, string source)
    {
        var now = _clock.Now.ToUniversalTime();
        return new ShopEvent
        {
            MessageId = "review:" + (review.ReviewId ?? Guid.CreateVersion7(now).ToString("N")), ReceivedAt = now, OccurredAt = review.At?.ToUniversalTime() ?? now, Type = EventTypes.Track, Name = EventNames.ProductReviewed,
            SourceId = source, UserId = Blank(review.UserId), AnonymousId = Blank(review.AnonymousId), OutsideSessions = true, ProductId = review.ProductId!.Trim(), Category = Blank(review.Category), Rating = review.Rating,
            Properties = JsonSerializer.Serialize(new { review_body = (review.Body ?? "").Replace("\0", "", StringComparison.Ordinal) }),
        };
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
