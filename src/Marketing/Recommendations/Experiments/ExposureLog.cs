using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Recommendations;

/// <summary>
/// Writes down who was given a list of a running test, once a person and test, some seconds later and many at a time. What a
/// crash loses is written at the person's next list.
/// </summary>
internal sealed class ExposureLog(RecommendationStore store, PolicyBook book, TimeProvider time, ILogger<ExposureLog> logger) : BackgroundService
{
    private const int MostWaiting = 200_000;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<(int Experiment, string Person), bool> _known = new();
    private readonly ConcurrentQueue<Exposure> _waiting = new();
    private readonly Dictionary<string, DateTimeOffset> _forgotten = [];

    /// <summary>The variant this person has; the first answer holds, also when an anonymous visitor signs in.</summary>
    /// <param name="alias">Another key of the person, such as the device's.</param>
    public bool Expose(Experiment experiment, string person, string? alias, bool counts)
    {
        if (_known.TryGetValue((experiment.Id, person), out var challenger)) return challenger;
        if (alias is null || !_known.TryGetValue((experiment.Id, alias), out challenger)) challenger = Assignment.IsChallenger(experiment, person);
        if (counts && _waiting.Count < MostWaiting && _known.TryAdd((experiment.Id, person), challenger)) _waiting.Enqueue(new Exposure(experiment.Id, person, challenger, time.GetUtcNow()));
        return challenger;
    }

    public async Task FlushAsync(CancellationToken cancel)
    {
        var some = new List<Exposure>();
        while (some.Count < 10_000 && _waiting.TryDequeue(out var exposure))
            if (_known.ContainsKey((exposure.ExperimentId, exposure.Person))) some.Add(exposure);
        if (some.Count == 0) return;
        try
        {
            await store.AddExposuresAsync(some, cancel);
        }
        catch
        {
            foreach (var exposure in some) _waiting.Enqueue(exposure);
            throw;
        }
    }

    /// <summary>
    /// Forgets whom another process erased. What this one wrote between its look and the erasure is removed again, so that
    /// nothing is left of a person two looks after.
    /// </summary>
    public async Task HeedErasuresAsync(CancellationToken cancel)
    {
        var told = await store.ForgottenAsync(cancel);
        foreach (var old in _forgotten.Keys.Except(told.Select(t => t.Hash)).ToList()) _forgotten.Remove(old);
        var news = told.Where(t => !_forgotten.TryGetValue(t.Hash, out var at) || at < t.ToldAt).ToDictionary(t => t.Hash, t => t.ToldAt);
        if (news.Count == 0) return;
        var gone = _known.Keys.Select(k => k.Person).Distinct().Where(p => news.ContainsKey(ExposureErasure.Hash(p))).ToList();
        Forget(gone);
        if (gone.Count > 0) await store.RemoveExposuresAsync(gone, cancel);
        foreach (var (hash, at) in news) _forgotten[hash] = at;
    }

    /// <summary>Forgets a person, so that nothing of them is written again.</summary>
    public void Forget(IReadOnlyCollection<string> keys)
    {
        foreach (var known in _known.Keys.Where(k => keys.Contains(k.Person)).ToList()) _known.TryRemove(known, out _);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var loaded = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!loaded)
                {
                    foreach (var e in await store.ExposuresAsync([.. (await book.ExperimentsAsync(stoppingToken)).Where(e => e.IsRunning).Select(e => e.Id)], stoppingToken)) _known.TryAdd((e.ExperimentId, e.Person), e.Challenger);
                    loaded = true;
                }
                await HeedErasuresAsync(stoppingToken);
                await FlushAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception problem)
            {
                logger.LogError(problem, "Exposures to tests of recommendations wait to be written.");
            }
            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await FlushAsync(CancellationToken.None);
    }
}
