using BehaviorDashboard.Contracts;
using BehaviorDashboard.Learning.Pages;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Learning;

/// <summary>Models in use whose inputs have moved away from what they learned.</summary>
internal sealed class ModelAttention(ModelKpis kpis, TimeProvider time, IStringLocalizer<LearningText> text) : IAttentionSource
{
    /// <summary>A population stability index from which a shift counts as large (Siddiqi 2006).</summary>
    private const double Large = 0.25;

    public async Task<IReadOnlyList<AttentionItem>> FindAsync(int limit, CancellationToken cancel = default)
    {
        var items = new List<AttentionItem>();
        foreach (var model in await kpis.ObjectsAsync("", 100, cancel))
            if (await kpis.ReadAsync(new KpiName(kpis.Source, "input_drift", model.Id), time.GetUtcNow(), cancel) is { Value: >= Large } drift)
                items.Add(new AttentionItem(AttentionKind.Wrong, text["Attention.Drift", model.Title], text["Attention.DriftWhy", drift.Value.ToString("0.00", System.Globalization.CultureInfo.CurrentCulture)], model.Href ?? "models", Access.ManageModels, null, drift.AsOf));
        return items;
    }
}
