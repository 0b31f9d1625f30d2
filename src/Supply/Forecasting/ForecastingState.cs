using System.Text.Json;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Forecasting;

/// <summary>The forecast in use, kept until another is published.</summary>
internal sealed class ForecastingState(ModelRegistry registry)
{
    private volatile ForecastModel? _model;

    public void Forget() => _model = null;

    /// <returns>Null before the first forecast.</returns>
    public async Task<ForecastModel?> CurrentAsync(CancellationToken cancel)
    {
        if (_model is { } known) return known;
        if (await registry.ChampionAsync(ForecastModel.Kind, cancel) is not { } champion || await registry.ContentAsync(champion.Id, cancel) is not { } content) return null;
        return _model = JsonSerializer.Deserialize<ForecastModel>(content, JsonSerializerOptions.Web);
    }
}
