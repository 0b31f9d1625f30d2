using BehaviorDashboard.Ids;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Recommendations;

/// <summary>What a policy would have done for people of the last days, by a model that does not know those days.</summary>
/// <param name="Ndcg">Of ten products against what they came to touch.</param>
/// <param name="Coverage">Share of all products that anybody was shown.</param>
/// <param name="Margin">Mean margin of a shown product, in the shop's currency; null where none is known.</param>
/// <param name="StockOuts">Share of shown products that would be gone at delivery, as stock is now.</param>
/// <param name="Categories">Different categories of a list.</param>
public sealed record PolicyEffect(int People, double Ndcg, double Coverage, double? Margin, double StockOuts, double Categories);

/// <summary>Tries policies on people of the last days before they are saved.</summary>
public sealed class PolicyLab : IDisposable
{
    private const int Sample = 300, Length = 10;

    private readonly ShelfKeeper _shelves;
    private readonly InterestStore _store;
    private readonly PolicyBook _book;
    private readonly RecommendationsOptions _options;
    private readonly ShopClock _clock;
    private readonly SemaphoreSlim _reading = new(1, 1);
    private (int Version, IReadOnlyList<Case> Cases)? _known;

    internal PolicyLab(ShelfKeeper shelves, InterestStore store, PolicyBook book, IOptions<RecommendationsOptions> options, ShopClock clock) =>
        (_shelves, _store, _book, _options, _clock) = (shelves, store, book, options.Value, clock);

    private sealed record Case(IReadOnlyList<Touch> History, int[] Later);

    public void Dispose() => _reading.Dispose();

    /// <returns>Null before there is a model, or when too few people came back in the last days.</returns>
    public async Task<PolicyEffect?> TryAsync(RankingPolicy policy, CancellationToken cancel = default)
    {
        var shelf = _shelves.Current;
        if (shelf is not { Model: { } model, Version: { } version }) return null;
        var cases = await CasesAsync(shelf, model, version.Id, cancel);
        if (cases.Count < RecommendationTrainer.FewestJudges) return null;
        var overrides = (await _book.ReadAsync(cancel)).Overrides;
        return await Task.Run(() => Measure(shelf, model, cases, policy, overrides, cancel), cancel);
    }

    private static PolicyEffect Measure(Shelf shelf, RecommendationModel model, IReadOnlyList<Case> cases, RankingPolicy policy, IReadOnlyList<Override> overrides, CancellationToken cancel)
    {
        // What is touched together now was not known then.
        var ranker = new Ranker(new CoVisits());
        var (ndcg, stockOuts, categories, margins, shown, places) = (0.0, 0.0, 0, new List<double>(), new HashSet<int>(), 0);
        foreach (var (history, later) in cases)
        {
            cancel.ThrowIfCancellationRequested();
            var list = ranker.Rank(shelf, new RankingQuestion(ListKinds.ForYou, history, null, Length, RecommendationRequest.AnyPlacement, policy, false, model.TrialFrom), overrides, model.Trial).Items.Select(i => i.Item).ToArray();
            ndcg += Ml.RankingEvaluator.Ndcg(list, later, Length);
            categories += list.Select(i => shelf.Products[i].Category).Distinct().Count();
            foreach (var item in list)
            {
                places++;
                shown.Add(item);
                stockOuts += 1 - (shelf.InStock[item] ?? 1);
                if (shelf.Margin(item) is { } margin) margins.Add((double)margin);
            }
        }
        return new PolicyEffect(cases.Count, ndcg / cases.Count, (double)shown.Count / Math.Max(1, shelf.Count), margins.Count == 0 ? null : margins.Average(), stockOuts / Math.Max(1, places), (double)categories / cases.Count);
    }

    private async Task<IReadOnlyList<Case>> CasesAsync(Shelf shelf, RecommendationModel model, int version, CancellationToken cancel)
    {
        await _reading.WaitAsync(cancel);
        try
        {
            if (_known is { } known && known.Version == version) return known.Cases;
            var cut = model.TrialFrom;
            var until = (await _store.LastSeenAsync(_clock.Now, cancel)).AddSeconds(1);
            var later = new Dictionary<string, HashSet<int>>();
            await _store.ReadAsync(cut, until, _options, row =>
            {
                if (shelf.Find(row.Product) is not { } item) return;
                if (!later.TryGetValue(row.Person, out var items)) later[row.Person] = items = [];
                items.Add(item);
            }, learning: true, cancel);
            var people = later.Keys.OrderBy(p => Assignment.Place(version, p)).Take(Sample * 3).ToList();
            var before = await _store.OfPeopleAsync(people, cut.AddDays(-_options.HistoryDays), cut, _options, cancel);
            var cases = new List<Case>();
            foreach (var person in people)
            {
                if (cases.Count == Sample || !before.TryGetValue(person, out var history)) continue;
                foreach (var touch in history)
                    if (shelf.Find(touch.Product) is { } item) later[person].Remove(item);
                if (later[person].Count > 0) cases.Add(new Case(history, [.. later[person].Order()]));
            }
            _known = (version, cases);
            return cases;
        }
        finally
        {
            _reading.Release();
        }
    }
}
