using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Campaigns;

/// <summary>Who should get no promotion now, as other rooms know it; asked anew every few seconds.</summary>
internal sealed class Exclusions(IEnumerable<IMailExclusion> sources, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private readonly IReadOnlyList<IMailExclusion> _sources = [.. sources];
    private (DateTimeOffset At, IReadOnlyDictionary<string, string> People) _known = (DateTimeOffset.MinValue, new Dictionary<string, string>());

    /// <returns>Why, by person; empty where the campaign was told not to ask.</returns>
    public async Task<IReadOnlyDictionary<string, string>> OfAsync(CampaignSpec spec, CancellationToken cancel)
    {
        if (spec.IgnoreExclusions || _sources.Count == 0) return new Dictionary<string, string>();
        if (time.GetUtcNow() - _known.At < Fresh) return _known.People;
        var people = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in _sources)
            foreach (var key in await source.KeysAsync(cancel)) people.TryAdd(key, source.Key);
        _known = (time.GetUtcNow(), people);
        return people;
    }
}
