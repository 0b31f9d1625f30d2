using BehaviorDashboard.Learning;
using BehaviorDashboard.Live;

namespace BehaviorDashboard.Predictions;

/// <summary>What makes a person's chance differ from the average person's.</summary>
/// <param name="Value">Of the figure; NaN where it is not known.</param>
/// <param name="Weight">In log-odds: above 0 it raises the chance.</param>
public sealed record PersonDriver(string Feature, double Value, double Weight);

/// <summary>Predictions as people and programs ask for them.</summary>
public sealed class PredictionService
{
    private const int MostDrivers = 4;
    private const int TrainEveryDays = 7;
    private const double Least = 0.02;

    private readonly PredictionStore _store;
    private readonly PredictionScorer _scorer;
    private readonly PredictionModels _models;
    private readonly HistoryStore _history;
    private readonly ModelRegistry _registry;
    private readonly PredictionWords _words;
    private readonly TimeProvider _time;

    internal PredictionService(PredictionStore store, PredictionScorer scorer, PredictionModels models, HistoryStore history, ModelRegistry registry, TrainingService training, PredictionWords words, TimeProvider time) =>
        (_store, _scorer, _models, _history, _registry, Training, _words, _time) = (store, scorer, models, history, registry, training, words, time);

    public TrainingService Training { get; }

    /// <summary>Raised when scores have changed.</summary>
    public Signal Changed => _scorer.Changed;

    public Task<PersonScore?> FindAsync(string person, CancellationToken cancel = default) => _store.FindAsync(person, cancel);

    /// <summary>Chances to buy of these people; whoever has none is left out.</summary>
    /// <param name="kind"><see cref="PredictionKinds.Buy7"/> or <see cref="PredictionKinds.Buy30"/>.</param>
    public async Task<IReadOnlyDictionary<string, double>> ChancesAsync(string kind, IReadOnlyCollection<string> people, CancellationToken cancel = default) =>
        kind is PredictionKinds.Buy7 or PredictionKinds.Buy30 ? (await _store.ChancesAsync(kind, people, cancel)).ToDictionary(c => c.Person, c => c.Chance, StringComparer.Ordinal) : throw new ArgumentOutOfRangeException(nameof(kind), kind, "No chance to buy.");

    /// <summary>People in the order of their keys, behind one of them.</summary>
    public Task<IReadOnlyList<PersonScore>> PageAsync(string? after, int limit, CancellationToken cancel = default) => _store.PageAsync(after ?? "", limit, cancel);

    /// <summary>The newest scoring of everybody; null before the first.</summary>
    public async Task<PredictionRun?> RunAsync(CancellationToken cancel = default) => _scorer.Last ?? await _store.LastRunAsync(cancel);

    /// <summary>People who have ordered.</summary>
    public Task<long> BuyersAsync(CancellationToken cancel = default) => _store.BuyersAsync(cancel);

    public Task<ModelVersion?> ChampionAsync(string kind, CancellationToken cancel = default) => _registry.ChampionAsync(kind, cancel);

    /// <summary>How many people lie in each twentieth of the range of a chance.</summary>
    public Task<IReadOnlyList<(int Bin, long People)>> HistogramAsync(string kind, CancellationToken cancel = default) =>
        PredictionKinds.All.Contains(kind) && kind is PredictionKinds.Buy7 or PredictionKinds.Buy30 or PredictionKinds.Churn ? _store.HistogramAsync(kind, 1, cancel) : Task.FromResult<IReadOnlyList<(int, long)>>([]);

    /// <summary>What makes a chance what it is, strongest first.</summary>
    public async Task<IReadOnlyList<PersonDriver>> DriversAsync(string kind, string person, CancellationToken cancel = default)
    {
        if ((await _models.CurrentAsync(cancel)).Chance(kind) is not { } content) return [];
        var (_, read) = await _history.FeaturesAsync(_time.GetUtcNow(), [person], cancel);
        if (read.Count == 0) return [];
        var rows = SnapshotRows.Complete(read);
        var weights = content.Model.Fitted.Contributions(rows.Row(0));
        return [.. weights.Select((w, c) => new PersonDriver(rows.Features[c], rows.Row(0)[c], w)).Where(d => Math.Abs(d.Weight) > Least).OrderByDescending(d => Math.Abs(d.Weight)).Take(MostDrivers)];
    }

    public string Feature(string key) => _words.Feature(key);

    /// <summary>A driver as a short sentence.</summary>
    public string Sentence(PersonDriver driver) => _words.Driver(driver.Feature, driver.Value, driver.Weight);

    /// <summary>Asks for training of every kind that has no version yet, and every week from now on where nobody has said otherwise.</summary>
    public async Task TrainMissingAsync(CancellationToken cancel = default)
    {
        var scheduled = (await Training.SchedulesAsync(cancel)).Select(s => s.Kind).ToHashSet();
        foreach (var kind in PredictionKinds.All)
        {
            if (await ChampionAsync(kind, cancel) is null) await Training.QueueAsync(kind, cancel: cancel);
            if (!scheduled.Contains(kind)) await Training.ScheduleAsync(kind, TrainEveryDays, cancel);
        }
    }
}
