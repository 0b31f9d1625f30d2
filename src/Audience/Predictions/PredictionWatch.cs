using System.Threading.Channels;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>Keeps a sample of scores once a week and holds it against what then happened; sees how far inputs and scores have moved.</summary>
internal sealed class PredictionWatch(PredictionStore store, HistoryStore history, ModelRegistry registry, ShopClock clock)
{
    private const int MostWatched = 5_000;
    private const int FewestOutcomes = 50;
    private const int Every = 7;
    private readonly Channel<bool> _asked = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>A version came into use: everybody's scores are made again soon.</summary>
    public Task NeedsScoring(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _asked.Writer.TryWrite(true);
        return Task.CompletedTask;
    }

    /// <summary>Waits until something was asked for, or the time is up.</summary>
    /// <returns>Whether scores of everybody were asked for.</returns>
    public async Task<bool> WaitAsync(TimeSpan most, CancellationToken cancel)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(most);
        try
        {
            return await _asked.Reader.ReadAsync(late.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    public async Task KeepAsync(string kind, int version, DateTimeOffset asOf, IEnumerable<(string Person, double Value, double Days)> scores, CancellationToken cancel)
    {
        if (await store.LastWatchedAsync(kind, version, cancel) is { } last && asOf - last < TimeSpan.FromDays(Every)) return;
        var all = scores.ToList();
        await store.WatchAsync(kind, version, asOf, [.. Sampling.Indices(all.Count, MostWatched, asOf.DayOfYear).Select(i => all[i])], cancel);
    }

    public async Task<IReadOnlyList<ModelCheck>> CheckAsync(ModelVersion champion, CancellationToken cancel)
    {
        if (champion.ReadCard() is not { } card || await history.SpanAsync(clock.Now, cancel) is not { } span) return [];
        var end = PredictionClock.End(span.Last, clock);
        var checks = new List<ModelCheck>();
        if (champion.Kind != PredictionKinds.Value && card.Inputs.Count > 0 && await registry.ContentAsync(champion.Id, cancel) is { } bytes)
        {
            var content = ModelBytes.Read<ChanceContent>(bytes);
            var rows = SnapshotRows.Complete((await history.FeaturesAsync(end, null, cancel)).Rows);
            if (champion.Kind == PredictionKinds.Churn) rows = SnapshotRows.Customers(rows);
            rows = rows.Sample(5_000, 1);
            var moved = rows.Features.Select((f, c) => (Feature: f, Psi: card.Inputs.TryGetValue(f, out var shape) ? shape.Psi(Enumerable.Range(0, rows.Count).Select(i => (double)rows.Row(i)[c])) : 0)).MaxBy(m => m.Psi);
            checks.Add(new ModelCheck(ModelCheck.InputDrift, moved.Psi, Detail: moved.Feature));
            if (card.Scores is { } scores) checks.Add(new ModelCheck(ModelCheck.ScoreDrift, scores.Psi(content.Model.Score(rows))));
        }
        checks.AddRange(await OutcomesAsync(champion, end, cancel));
        return checks;
    }

    /// <summary>What this version foretold, where the outcome is known by now.</summary>
    private async Task<IReadOnlyList<ModelCheck>> OutcomesAsync(ModelVersion champion, DateTimeOffset end, CancellationToken cancel)
    {
        var known = (await store.WatchedAsync(champion.Kind, champion.Version, end.AddDays(-200), cancel)).Where(w => w.AsOf.AddDays(w.Days) <= end).ToList();
        if (known.Count < FewestOutcomes) return [];
        var orders = (await history.OrdersAsync(end, cancel)).ToLookup(o => o.Person);
        if (champion.Kind == PredictionKinds.Value)
        {
            var (foretold, came) = (known.Sum(w => w.Value), known.Sum(w => orders[w.UserId].Where(o => o.At >= w.AsOf && o.At < w.AsOf.AddDays(w.Days)).Sum(o => o.Value)));
            return came <= 0 ? [] : [new ModelCheck("live error", foretold / came - 1)];
        }
        double Happened(PredictionStore.WatchedScore w) => orders[w.UserId].Any(o => o.At >= w.AsOf && o.At < w.AsOf.AddDays(w.Days)) != (champion.Kind == PredictionKinds.Churn) ? 1 : 0;
        var metrics = new ChanceMetrics([.. known.Select(w => w.Value)], [.. known.Select(Happened)]);
        var groups = known.Select(w => PredictionClock.Number(w.UserId)).ToArray();
        // What chances without a fault would show on so many rows is not held against the model.
        var byChance = metrics.EceOfTruth(1);
        var ece = Estimate.Bootstrap(known.Count, metrics.Ece, 1, groups: groups);
        var auc = Estimate.Bootstrap(known.Count, metrics.Auc, 1, groups: groups);
        return [new ModelCheck(ModelCheck.CalibrationError, ece.Value, Math.Max(0, ece.Low - byChance), ece.High), new ModelCheck("live AUC", auc.Value, auc.Low, auc.High)];
    }
}
