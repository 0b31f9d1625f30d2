using BehaviorDashboard.Features;

namespace BehaviorDashboard.Predictions;

/// <summary>Predictions as conditions of segments.</summary>
internal sealed class PredictedFigures(PredictionScorer scorer, PredictionWords words, Lazy<PredictionService> service) : IFigureSource
{
    private static readonly (string Key, FeatureKind Kind, string Column, string? Model)[] All =
    [
        ("buy_7_days", FeatureKind.Share, "buy7", PredictionKinds.Buy7), ("buy_30_days", FeatureKind.Share, "buy30", PredictionKinds.Buy30), ("churn_risk", FeatureKind.Share, "churn", PredictionKinds.Churn),
        ("value_90_days", FeatureKind.Money, "value90", null), ("value_365_days", FeatureKind.Money, "value365", null), ("next_order_days", FeatureKind.Number, "next_order_days", null), ("price_index", FeatureKind.Number, "price_index", null),
    ];

    public Task<FigureSet?> CurrentAsync(CancellationToken cancel) => Task.FromResult(scorer.Last is not { } run ? null : new FigureSet(
        $"predictions/{run.EndedAt.UtcTicks}", run.AsOf, "join prediction_scores predicted on predicted.user_id = p.user_id", [.. All.Select(f => new Figure(f.Key, f.Kind, () => words.Figure(f.Key), "predicted." + f.Column))]));

    public async Task<IReadOnlyList<string>> DriversAsync(string figure, string person, CancellationToken cancel) =>
        All.FirstOrDefault(f => f.Key == figure).Model is { } kind ? [.. (await service.Value.DriversAsync(kind, person, cancel)).Select(service.Value.Sentence)] : [];
}
