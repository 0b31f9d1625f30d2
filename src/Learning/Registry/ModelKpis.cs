using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning.Pages;
using BehaviorDashboard.Live;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Learning;

/// <summary>What rules may watch of the models in use: whether they drift, how wrong they were, how old they are.</summary>
internal sealed class ModelKpis(ModelRegistry registry, TrainingService training, IStringLocalizer<LearningText> text) : IKpiSource
{
    private static readonly Dictionary<string, string> Measures = new() { ["input_drift"] = ModelCheck.InputDrift, ["score_drift"] = ModelCheck.ScoreDrift, ["calibration_error"] = ModelCheck.CalibrationError };

    public string Source => "model";

    public Signal? Changed => training.Changed;

    public IReadOnlyList<WatchedKpi> Kpis =>
    [
        new("input_drift", () => text["Kpi.input_drift"], "number", true), new("score_drift", () => text["Kpi.score_drift"], "number", true),
        new("calibration_error", () => text["Kpi.calibration_error"], "share", true), new("age", () => text["Kpi.age"], "days", true),
    ];

    public async Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string search, int limit, CancellationToken cancel = default) =>
        [.. (await registry.ListAsync(cancel: cancel)).Where(v => v.Status == ModelVersion.Champion).Select(v => new WatchedObject(v.Kind, Title(v.Kind), $"models/{v.Kind}/{v.Version}"))
            .Where(o => o.Title.Contains(search, StringComparison.OrdinalIgnoreCase) || o.Id.Contains(search, StringComparison.OrdinalIgnoreCase)).Take(limit)];

    public async Task<KpiReading?> ReadAsync(KpiName kpi, DateTimeOffset at, CancellationToken cancel = default)
    {
        if (kpi.ObjectId is not { } kind) return null;
        return Reading(kpi.Key, at, await registry.ReignsAsync(kind, cancel: cancel), kpi.Key == "age" ? [] : await registry.ChecksAsync(kind, at, cancel: cancel));
    }

    public async Task<IReadOnlyList<KpiReading>> HistoryAsync(KpiName kpi, TimeRange range, TimeSpan step, CancellationToken cancel = default)
    {
        if (kpi.ObjectId is not { } kind) return [];
        var reigns = await registry.ReignsAsync(kind, cancel: cancel);
        var checks = kpi.Key == "age" ? [] : await registry.ChecksAsync(kind, range.To, 10_000, cancel);
        var readings = new List<KpiReading>();
        for (var at = range.From + step; at <= range.To; at += step)
            if (Reading(kpi.Key, at, reigns, checks) is { } reading) readings.Add(reading);
        return readings;
    }

    private static KpiReading? Reading(string key, DateTimeOffset at, IReadOnlyList<ModelReign> reigns, IReadOnlyList<KeptCheck> checks)
    {
        if (reigns.FirstOrDefault(r => r.Since <= at && (r.Until is null || r.Until > at)) is not { } reign) return null;
        if (key == "age") return new KpiReading((at - reign.Since).TotalDays, at);
        return Measures.TryGetValue(key, out var measure) && checks.FirstOrDefault(c => c.CheckedAt <= at && c.Measure == measure && c.VersionId == reign.VersionId) is { } check
            ? new KpiReading(check.Value, check.CheckedAt, check.Low, check.High) : null;
    }

    private string Title(string kind) => text["Kind." + kind] is { ResourceNotFound: false } named ? named.Value : kind;
}
