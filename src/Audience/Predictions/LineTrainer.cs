using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>The lines of orders that a model learns from, and where they end.</summary>
internal sealed record LineData(IReadOnlyList<LineRow> Lines, int Buyers, DateTimeOffset First, DateTimeOffset End);

/// <summary>A trainer that learns from what people bought, line by line: reads, says where there are too few buyers, has it learned.</summary>
internal abstract class LineTrainer(string kind, int days, HistoryStore history, PredictionWatch watch, PredictionWords words, ShopClock clock) : IModelTrainer
{
    protected const int Seed = 1;

    public string Kind => kind;

    protected HistoryStore History => history;

    public async Task<TrainingOutcome> TrainAsync(TrainingContext context)
    {
        context.Report("reading", 0);
        if (await history.SpanAsync(clock.Now, context.Cancel) is not { } span) return TrainingOutcome.Refused("no events");
        var end = PredictionClock.End(span.Last, clock);
        var lines = await history.LinesAsync(end.AddDays(-days), end, context.Cancel);
        var buyers = lines.Select(l => l.Person).Distinct().Count();
        if (buyers < PredictionKinds.FewestBuyers) return TrainingOutcome.Refused($"buyers {buyers} < {PredictionKinds.FewestBuyers}");
        return await LearnAsync(new LineData([.. lines.Where(Teaches)], buyers, span.First, end), context);
    }

    public Task PublishedAsync(ModelVersion version, CancellationToken cancel) => watch.NeedsScoring(cancel);

    public string FeatureName(string key) => words.Feature(key);

    protected virtual bool Teaches(LineRow line) => true;

    protected abstract Task<TrainingOutcome> LearnAsync(LineData data, TrainingContext context);

    /// <param name="gain">Cross-entropy saved against the baseline; null where too little was judged.</param>
    protected static TrainedModel Publish(object model, ModelCard card, Estimate? gain, IReadOnlyList<string> features, LineData data, int rows) =>
        new(ModelBytes.Write(model), gain?.Low > 0 ? "better" : "not better", true, features, card.Measures.ToDictionary(m => m.Name, m => m.Value), data.First, data.End, rows, Seed,
            card with { BeatsBaseline = gain is { } g ? g.Low > 0 : null, People = data.Buyers, JudgedTo = data.End });

    protected static IReadOnlyList<CardMeasure> Measures(IReadOnlyDictionary<string, Estimate> measured) => [.. measured.Select(m => new CardMeasure(m.Key, m.Value.Value, m.Value.Low, m.Value.High))];
}
