using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Forecasting.Ml;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Live;
using BehaviorDashboard.Recommendations.Ml;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Recommendations;

/// <summary>
/// Keeps the shelf: a new champion, changed products, stock and sales are brought into a new one, which then takes the old
/// one's place in one step. Also sees to it that the kind is trained by itself.
/// </summary>
public sealed class ShelfKeeper : BackgroundService
{
    internal const int TrafficDays = 28;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    private readonly ModelRegistry _registry;
    private readonly Func<TrainingService> _training;
    private readonly ProductService _products;
    private readonly InterestStore _interest;
    private readonly Availability _availability;
    private readonly RecommendationsOptions _options;
    private readonly ShopClock _clock;
    private readonly TimeProvider _time;
    private readonly ILogger<ShelfKeeper> _logger;
    private readonly SemaphoreSlim _building = new(1, 1);
    private Shelf _current = Shelf.Empty;
    private volatile bool _forgotten;

    /// <param name="training">Asked for late: it knows the trainer, which knows this.</param>
    internal ShelfKeeper(ModelRegistry registry, Func<TrainingService> training, ProductService products, InterestStore interest, Availability availability, IOptions<RecommendationsOptions> options, ShopClock clock, TimeProvider time, ILogger<Signal> signalLogger, ILogger<ShelfKeeper> logger)
    {
        (_registry, _training, _products, _interest, _availability, _options, _clock, _time, _logger) = (registry, training, products, interest, availability, options.Value, clock, time, logger);
        Changed = new Signal(time, signalLogger);
    }

    /// <summary>There is another shelf.</summary>
    public Signal Changed { get; }

    internal Shelf Current => Volatile.Read(ref _current);

    /// <summary>Builds the shelf anew from what the store says now.</summary>
    public async Task RefreshAsync(CancellationToken cancel = default)
    {
        await _building.WaitAsync(cancel);
        try
        {
            var before = Current;
            var version = await _registry.ChampionAsync(RecommendationModel.Kind, cancel);
            var model = version is null ? null : version.Id == before.Version?.Id && !_forgotten ? before.Model : RecommendationModel.Read(await _registry.ContentAsync(version.Id, cancel) ?? throw new InvalidOperationException($"Version {version.Id} has no content."));
            _forgotten = false;
            var now = await _interest.LastSeenAsync(_clock.Now, cancel);
            var traffic = (await _interest.TrafficAsync(now.AddDays(-TrafficDays), now.AddSeconds(1), cancel)).ToDictionary(t => t.Id);
            var facts = await _products.FactsAsync(cancel);
            var demand = await _availability.DemandAsync(_options.DeliveryDays, id => (double)(traffic.GetValueOrDefault(id)?.Units ?? 0) / TrafficDays, cancel);
            var words = await _products.DescribedAsync(cancel) is var described && described == before.Described ? null : await _products.DescriptionsAsync(cancel);
            var shelf = await QuietThread.RunAsync(() => Build(before, version, model, facts, traffic, demand, described, words));
            Volatile.Write(ref _current, shelf);
        }
        finally
        {
            _building.Release();
        }
        Changed.Raise();
    }

    public override void Dispose()
    {
        _building.Dispose();
        base.Dispose();
    }

    /// <summary>The next refresh reads the model from the store again, as at a start, while requests go on with the shelf there is.</summary>
    internal void Forget() => _forgotten = true;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(stoppingToken);
                await AskForTrainingAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                _logger.LogError(problem, "The shelf of recommendations stays as it is; the next look is in {Seconds} seconds.", Every.TotalSeconds);
            }
            await Task.Delay(Every, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Shelf Build(Shelf before, ModelVersion? version, RecommendationModel? model, IReadOnlyList<ProductFact> facts, Dictionary<string, ProductTraffic> traffic, Func<string, CountDistribution> demand, string described, IReadOnlyDictionary<string, string>? words)
    {
        var known = facts.ToDictionary(f => f.Id);
        var learned = model?.Products ?? [];
        var taken = learned.ToHashSet();
        ProductFact Fact(string id) => known.TryGetValue(id, out var fact) ? fact : new ProductFact(id, null, traffic.GetValueOrDefault(id)?.Category);
        List<ProductFact> products = [.. learned.Select(Fact), .. facts.Where(f => taken.Add(f.Id)), .. traffic.Keys.Where(taken.Add).Select(Fact)];
        var same = words is null && before.Count == products.Count && products.Zip(before.Products).All(p => p.First.Id == p.Second.Id && p.First.Title == p.Second.Title && p.First.Category == p.Second.Category && p.First.Brand == p.Second.Brand);
        words ??= before.Words;
        var likeness = same ? before.Likeness : Likeness(products, words);
        return new Shelf(version, model, products, likeness, traffic, demand, _clock.Now) { Described = described, Words = words };
    }

    internal static ItemWeights Likeness(IEnumerable<ProductFact> products, IReadOnlyDictionary<string, string> words) =>
        Cores.Alone(() => TextLikeness.Of([.. products.Select(p => new ProductText(p.Title ?? "", p.Category, p.Brand, words.GetValueOrDefault(p.Id)))]));

    /// <summary>Every so many days; the first time as soon as there is enough to learn from.</summary>
    private async Task AskForTrainingAsync(CancellationToken cancel)
    {
        if (_options.TrainEveryDays == 0 || !_training().Leads || (await _training().SchedulesAsync(cancel)).Any(s => s.Kind == RecommendationModel.Kind)) return;
        var now = await _interest.LastSeenAsync(_clock.Now, cancel);
        if ((await _interest.TrafficAsync(now.AddDays(-TrafficDays), now.AddSeconds(1), cancel)).Sum(t => t.Views + t.Units) < RecommendationTrainer.FewestInteractions) return;
        await _training().ScheduleAsync(RecommendationModel.Kind, _options.TrainEveryDays, cancel);
        if (Current.Version is null) await _training().QueueAsync(RecommendationModel.Kind, cancel: cancel);
    }
}
