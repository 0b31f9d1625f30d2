using System.Text.Json;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>What the registry keeps of a chance.</summary>
/// <param name="UsualGap">Days; of the churn horizon of who ordered once.</param>
internal sealed record ChanceContent(ChanceModel Model, string[] Features, double UsualGap);

/// <summary>
/// Learns a chance from snapshots of the past: older ones teach, candidates are compared on the newer of them, the newest
/// judges what was chosen, and then teaches too.
/// </summary>
internal sealed class ChanceTrainer(string kind, HistoryStore history, ModelRegistry registry, PredictionWatch watch, PredictionWords words, ShopClock clock, TimeProvider time) : IModelTrainer
{
    private const int MostRows = 60_000;
    private const int MostShaped = 5_000;
    private const int Seed = 1;
    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(6);

    private sealed record Snapshot(DateTimeOffset At, LearningRows Rows);

    public string Kind => kind;

    private int Horizon => kind switch { PredictionKinds.Buy7 => 7, PredictionKinds.Buy30 => 30, _ => ChurnHorizon.Longest };

    /// <param name="Trials">Candidates and settings in the first round of the search.</param>
    /// <param name="Rows">Most rows that teach.</param>
    /// <param name="Snapshots">Most instants that teach; 0: twelve of a week's horizon, eight of others.</param>
    private sealed record ChanceSettings(int Trials = 18, int Rows = MostRows, int Snapshots = 0);

    public async Task<TrainingOutcome> TrainAsync(TrainingContext context)
    {
        context.Report("reading", 0);
        var settings = Settings(context);
        if (await history.SpanAsync(clock.Now, context.Cancel) is not { } span) return TrainingOutcome.Refused("no events");
        var end = PredictionClock.End(span.Last, clock);
        var orders = (await history.OrdersAsync(end, context.Cancel)).ToLookup(o => o.Person, o => o.At);
        if (orders.Count < PredictionKinds.FewestBuyers) return TrainingOutcome.Refused($"buyers {orders.Count} < {PredictionKinds.FewestBuyers}");
        if (SnapshotPlan.Of(span.First, end, Horizon, kind == PredictionKinds.Buy7 ? 14 : 30, settings.Snapshots) is not { } plan)
            return TrainingOutcome.Refused($"days {(end - span.First).TotalDays:0} < {Horizon + 28}");
        var usual = SnapshotRows.UsualGap(orders, plan.Judge);
        var judge = await ReadAsync(plan.Judge, orders, usual, context);
        var teach = new List<Snapshot>();
        foreach (var at in plan.Teach)
        {
            context.Report("reading", 0.2 * teach.Count / plan.Teach.Count);
            teach.Add(await ReadAsync(at, orders, usual, context));
        }
        // How people stand today, to see later how far they have moved.
        var today = SnapshotRows.Complete((await history.FeaturesAsync(end, null, context.Cancel)).Rows);
        if (kind == PredictionKinds.Churn) today = SnapshotRows.Customers(today);
        var champion = await registry.ChampionAsync(kind, context.Cancel);
        var rival = champion?.DataTo <= plan.Judge && await registry.ContentAsync(champion.Id, context.Cancel) is { } bytes ? ModelBytes.Read<ChanceContent>(bytes) : null;
        var model = await context.ComputeAsync(() => Learn(judge, teach, today.Sample(MostShaped, Seed), usual, champion, rival, span.First, end, orders.Count, settings, context));
        return model is null ? TrainingOutcome.Refused("one outcome only") : TrainingOutcome.Of(model);
    }

    public Task PublishedAsync(ModelVersion version, CancellationToken cancel) => watch.NeedsScoring(cancel);

    public Task<IReadOnlyList<ModelCheck>> CheckAsync(ModelVersion champion, CancellationToken cancel) => watch.CheckAsync(champion, cancel);

    public string FeatureName(string key) => words.Feature(key);

    private async Task<Snapshot> ReadAsync(DateTimeOffset at, ILookup<string, DateTimeOffset> orders, double usual, TrainingContext context)
    {
        var (people, read) = await history.FeaturesAsync(at, null, context.Cancel);
        var rows = SnapshotRows.Complete(read);
        var next = SnapshotRows.NextOrder(people, orders, at);
        var (ordersAt, first, last) = (Array.IndexOf([.. rows.Features], "orders"), Array.IndexOf([.. rows.Features], "days_since_first_order"), Array.IndexOf([.. rows.Features], "days_since_last_order"));
        double Label(int i) => kind switch
        {
            PredictionKinds.Churn => next[i] > ChurnHorizon.Days(rows.Row(i)[ordersAt], rows.Row(i)[first], rows.Row(i)[last], usual) ? 1 : 0,
            _ => next[i] <= Horizon ? 1 : 0,
        };
        // Only customers can be lost.
        var kept = Enumerable.Range(0, people.Count).Where(i => kind != PredictionKinds.Churn || rows.Row(i)[ordersAt] > 0).ToArray();
        var labelled = rows with { Labels = [.. Enumerable.Range(0, people.Count).Select(Label)], Times = [.. people.Select(_ => at.UtcTicks)], Groups = [.. people.Select(p => PredictionClock.Number(p))] };
        return new Snapshot(at, labelled.Take(kept));
    }

    private TrainedModel? Learn(Snapshot judge, List<Snapshot> teach, LearningRows newest, double usual, ModelVersion? champion, ChanceContent? rival, DateTimeOffset first, DateTimeOffset end, int buyers, ChanceSettings settings, TrainingContext context)
    {
        var taught = teach.Where(s => s.Rows.Count > 0).ToList();
        LearningRows train, test;
        IReadOnlyList<(LearningRows Train, LearningRows Judge)> folds;
        if (taught.Count > 0 && taught.Sum(s => s.Rows.Positives) >= 5)
        {
            (train, test) = (LearningRows.Join([.. taught.Select(s => s.Rows)]).Sample(settings.Rows, Seed), judge.Rows);
            folds = Folds(train);
        }
        else
        {
            // One outcome is known: people, not times, are held out.
            var fold = Splits.Folds(judge.Rows.Labels, 4, Seed, judge.Rows.Groups);
            (train, test) = (judge.Rows.Take(Splits.Where(fold, f => f > 0)).Sample(settings.Rows, Seed), judge.Rows.Take(Splits.Where(fold, f => f == 0)));
            folds = Splits.Pairs(train, 5, Seed);
        }
        if (train.Labels.Distinct().Count() < 2 || test.Count == 0) return null;
        var learned = ChanceLearner.Learn(train, folds, Candidates.For(train), new SearchBudget(Budget, settings.Rows, settings.Trials), Seed, time, share => context.ReportAndYield("comparing", 0.2 + 0.6 * share), context.Cancel);
        var foretold = learned.Model.Score(test);
        var logistic = Candidates.Linear.Fit(train, LearningTask.Chance, Candidates.Linear.Draw(new Random(Seed)).First(), Seed).Score(test);
        var report = ChanceLearner.Judge(foretold, test.Labels, logistic, train.Mean, Seed);
        context.ReportAndYield("describing", 0.85);
        var drivers = Importance.Permute(learned.Model.Score, test, LearningTask.Chance, Seed, cancel: context.Cancel);
        var challenge = rival is null || !rival.Features.SequenceEqual(test.Features) ? null
            : new CardChallenge(champion!.Version, report.Measures["log loss"].Value, new ChanceMetrics(rival.Model.Score(test), test.Labels).LogLoss());
        context.ReportAndYield("fitting", 0.9);
        // What judged teaches as well: the version in use has seen everything there is.
        var all = LearningRows.Join([train, test]).Sample(settings.Rows, Seed);
        double[] unseen = [.. learned.Search.Foretold.SelectMany(f => f), .. learned.Model.Fitted.Score(test)], came = [.. folds.SelectMany(f => f.Judge.Labels), .. test.Labels];
        var fitted = learned.Search.Candidate.Fit(all, LearningTask.Chance, learned.Search.Settings, Seed);
        var final = ChanceModel.Of(fitted, Calibrator.Learn(unseen, came, Seed), unseen, came, ChanceLearner.Doubles(all, learned.Search.Candidate, learned.Search.Settings, Seed, context.Cancel), Seed);
        var card = new ModelCard
        {
            Primary = "log loss", Measures = [.. report.Measures.Select(m => new CardMeasure(m.Key, m.Value.Value, m.Value.Low, m.Value.High))],
            Baselines = [.. report.Baselines.Select(b => new CardBaseline(b.Key, b.Value))], BeatsBaseline = report.BeatsBaseline, Drivers = drivers, Curve = report.Curve, Trials = learned.Search.Trials,
            Chosen = $"{learned.Search.Candidate.Name} ({learned.Search.Settings}), {final.Calibrator.Kind}", People = buyers, Positives = train.Positives, JudgedFrom = judge.At, JudgedTo = end,
            Limits = Limits(train, taught.Count, first, end), Challenge = challenge, Scores = ValueShape.Of(final.Score(newest)),
            Inputs = newest.Features.Select((f, c) => (f, Shape: ValueShape.Of(Enumerable.Range(0, newest.Count).Select(i => (double)newest.Row(i)[c])))).ToDictionary(x => x.f, x => x.Shape),
        };
        return new TrainedModel(ModelBytes.Write(new ChanceContent(final, [.. newest.Features], usual)), report.BeatsBaseline ? "better" : "not better", true, [.. newest.Features],
            report.Measures.ToDictionary(m => m.Key, m => m.Value.Value), first, end, all.Count, Seed, card);
    }

    /// <summary>The newest snapshots that teach judge candidates learned on older ones; by people where no older outcome was known by then.</summary>
    private IReadOnlyList<(LearningRows Train, LearningRows Judge)> Folds(LearningRows train)
    {
        var windows = Splits.Rolling(train.Times!, 2, TimeSpan.FromDays(Horizon).Ticks).Select(w => (Train: train.Take(w.Train), Judge: train.Take(w.Judge)))
            .Where(w => w.Train.Labels.Distinct().Count() == 2 && w.Judge.Positives > 0 && w.Train.Count >= 50).ToList();
        return windows.Count > 0 ? windows : Splits.Pairs(train, 5, Seed);
    }

    private ChanceSettings Settings(TrainingContext context)
    {
        var given = JsonSerializer.Deserialize<ChanceSettings>(context.Settings, JsonSerializerOptions.Web) ?? new ChanceSettings();
        return new ChanceSettings(Math.Clamp(given.Trials, 1, 100), Math.Clamp(given.Rows, 500, MostRows), given.Snapshots is > 0 and < 50 ? given.Snapshots : kind == PredictionKinds.Buy7 ? 12 : 8);
    }

    private static List<string> Limits(LearningRows train, int snapshots, DateTimeOffset first, DateTimeOffset end)
    {
        List<string> limits = ["correlation", "campaigns", "consent"];
        if (Math.Min(train.Positives, train.Count - train.Positives) < Candidates.FewOutcomes || snapshots == 0) limits.Insert(0, "few");
        if ((end - first).TotalDays < 400) limits.Insert(0, "season");
        return limits;
    }
}
