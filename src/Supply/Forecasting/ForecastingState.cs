using System.Text.Json;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Forecasting;

/// <summary>The forecast in use, read once and kept until another is, on whichever web node it was published.</summary>
internal sealed class ForecastingState(ModelRegistry registry)
{
    private volatile Tuple<int, ForecastModel>? _read;

    /// <returns>Null before the first forecast.</returns>
    public async Task<ForecastModel?> CurrentAsync(CancellationToken cancel)
    {
        if (await registry.ChampionAsync(ForecastModel.Kind, cancel) is not { } champion) return null;
        if (_read is { } known && known.Item1 == champion.Id) return known.Item2;
        if (await registry.ContentAsync(champion.Id, cancel) is not { } content || JsonSerializer.Deserialize<ForecastModel>(content, JsonSerializerOptions.Web) is not { } model) return null;
        _read = Tuple.Create(champion.Id, model);
        return model;
    }
}
