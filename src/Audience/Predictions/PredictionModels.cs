using System.Collections.Concurrent;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>The models in use, all read at one instant; null where a kind has none.</summary>
internal sealed record CurrentModels(IReadOnlyDictionary<string, int> Versions, ChanceContent? Buy7, ChanceContent? Buy30, ChanceContent? Churn, ValueContent? Value, CategoryModel? Category, PriceModel? Price)
{
    public ChanceContent? Chance(string kind) => kind switch { PredictionKinds.Buy7 => Buy7, PredictionKinds.Buy30 => Buy30, PredictionKinds.Churn => Churn, _ => null };
}

/// <summary>Reads versions from the registry; what was read stays in memory, since a version never changes.</summary>
internal sealed class PredictionModels(ModelRegistry registry)
{
    private readonly ConcurrentDictionary<int, object> _read = new();

    public async Task<CurrentModels> CurrentAsync(CancellationToken cancel)
    {
        var versions = new Dictionary<string, int>();
        async Task<T?> ReadAsync<T>(string kind) where T : class
        {
            if (await registry.ChampionAsync(kind, cancel) is not { } champion) return null;
            if (!_read.TryGetValue(champion.Id, out var model))
            {
                if (await registry.ContentAsync(champion.Id, cancel) is not { } bytes) return null;
                _read[champion.Id] = model = ModelBytes.Read<T>(bytes);
            }
            versions[kind] = champion.Version;
            return (T)model;
        }
        return new CurrentModels(versions, await ReadAsync<ChanceContent>(PredictionKinds.Buy7), await ReadAsync<ChanceContent>(PredictionKinds.Buy30), await ReadAsync<ChanceContent>(PredictionKinds.Churn),
            await ReadAsync<ValueContent>(PredictionKinds.Value), await ReadAsync<CategoryModel>(PredictionKinds.NextCategory), await ReadAsync<PriceModel>(PredictionKinds.Price));
    }
}
