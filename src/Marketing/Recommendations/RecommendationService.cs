using System.Globalization;
using BehaviorDashboard.Ids;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Recommendations;

/// <summary>Lists of products for people, visitors and products. Answers from memory; for any thread.</summary>
public sealed class RecommendationService
{
    private readonly ShelfKeeper _shelves;
    private readonly PersonMemory _people;
    private readonly InterestStore _store;
    private readonly PolicyBook _book;
    private readonly Personalisation _personalisation;
    private readonly ExposureLog _exposures;
    private readonly Ranker _ranker;
    private readonly RecommendationsOptions _options;
    private readonly ShopClock _clock;

    internal RecommendationService(ShelfKeeper shelves, PersonMemory people, InterestStore store, PolicyBook book, Personalisation personalisation, ExposureLog exposures, Ranker ranker, IOptions<RecommendationsOptions> options, ShopClock clock) =>
        (_shelves, _people, _store, _book, _personalisation, _exposures, _ranker, _options, _clock) = (shelves, people, store, book, personalisation, exposures, ranker, options.Value, clock);

    /// <summary>The products for a person, for whoever writes to them: e-mails, pages, service.</summary>
    /// <param name="user">Key of the person.</param>
    /// <param name="kind">One of <see cref="ListKinds"/> that needs no product.</param>
    /// <param name="placement">Where they are shown, so that clicks are counted there.</param>
    public Task<RecommendationList> ForAsync(string user, string kind = ListKinds.ForYou, int limit = 6, string placement = "email", CancellationToken cancel = default) =>
        RecommendAsync(new RecommendationRequest(kind, user, null, Math.Clamp(limit, 1, RecommendationRequest.MostItems), placement), cancel);

    public async Task<RecommendationList> RecommendAsync(RecommendationRequest request, CancellationToken cancel = default)
    {
        var decided = await _book.ReadAsync(cancel);
        var (shelf, now) = (_shelves.Current, _clock.Now);
        var person = request.Person is null ? null : _people.PersonOf(request.Person);
        IReadOnlyList<Touch> history = person is null || !_personalisation.Allows(person) ? [] : _people.Of(person) ?? await RememberAsync(person, now, cancel);
        var (strategy, experiment) = StrategyOf(decided, request, person);
        var policy = request.Policy ?? strategy.Policy;
        var ranking = _ranker.Rank(shelf, new RankingQuestion(request.Kind, history, shelf.Find(request.ProductId), request.Limit, request.Placement, policy, request.Explain, now), decided.Overrides, shelf.Model?.Blend);
        var id = string.Create(CultureInfo.InvariantCulture, $"{request.Placement}.{request.Kind}.{strategy.Id}.{Guid.CreateVersion7(now):N}");
        var personal = history.Count > 0 && request.Kind is ListKinds.ForYou or ListKinds.RecentlyViewed;
        return new RecommendationList(id, request.Kind, request.Placement, strategy.Id, experiment?.Id, personal, shelf.Version?.Version, shelf.AsOf, [.. ranking.Items.Select(i => Told(shelf, i, request.Explain))], ranking.Dropped);
    }

    /// <summary>Whether the shop has a product of this id, or events of one.</summary>
    public bool Knows(string product) => _shelves.Current.Find(product) is not null;

    private (Strategy Strategy, Experiment? Experiment) StrategyOf(Decided decided, RecommendationRequest request, string? person)
    {
        if (request.Strategy is { } asked && decided.Find(asked) is { } named) return (named, null);
        if (person is null || decided.Experiments.FirstOrDefault(e => e.IsRunning && (e.Placement is null || e.Placement == request.Placement)) is not { } experiment) return (decided.Default, null);
        var challenger = _exposures.Expose(experiment, person, request.Person == person ? null : request.Person, request.Counts);
        return (decided.Find(challenger ? experiment.ChallengerId : experiment.ControlId) ?? decided.Default, experiment);
    }

    /// <summary>Somebody not in memory: not seen for long, or never.</summary>
    private async Task<IReadOnlyList<Touch>> RememberAsync(string person, DateTimeOffset now, CancellationToken cancel)
    {
        var touches = await _store.OfPersonAsync(person, now.AddDays(-_options.HistoryDays), now.AddMinutes(5), _options, cancel);
        _people.PutIfMissing(person, touches);
        return touches;
    }

    private static RecommendedProduct Told(Shelf shelf, RankedItem item, bool explain)
    {
        var p = shelf.Products[item.Item];
        return new RecommendedProduct(p.Id, p.Title ?? p.Id, p.Category, p.Brand, p.Price, p.Currency, p.Url, p.ImageUrl, Math.Round(item.Score, 4), item.Reason, explain ? item.Parts : null);
    }
}
