using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Live;
using BehaviorDashboard.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Learning;

/// <summary>
/// Trains one model at a time, in the order asked for. What was asked for is in the store: a training that a restart cuts
/// off begins again. Raises <see cref="Changed"/> while one is under way and when anything ends.
/// </summary>
public sealed class TrainingService : BackgroundService
{
    private const int MostAttempts = 3;
    private const string Asked = "training.asked", Stop = "training.stop", InUse = "model.in-use", Under = "training.progress";
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CheckEvery = TimeSpan.FromHours(20);

    private readonly TrainingStore _store;
    private readonly ModelRegistry _registry;
    private readonly IReadOnlyDictionary<string, IModelTrainer> _trainers;
    private readonly Node _node;
    private readonly NodeNews _news;
    private readonly TimeProvider _time;
    private readonly ILogger<TrainingService> _logger;
    private readonly Func<bool>? _isBusy;
    private readonly SemaphoreSlim _asked = new(0);
    private readonly Lock _gate = new();
    private CancellationTokenSource? _stop;
    private TrainingProgress? _progress;

    /// <param name="isBusy">Whether the live system has its hands full: trainings then wait.</param>
    internal TrainingService(TrainingStore store, ModelRegistry registry, IEnumerable<IModelTrainer> trainers, Node node, NodeNews news, TimeProvider time, ILogger<Signal> signalLogger, ILogger<TrainingService> logger, Func<bool>? isBusy = null)
    {
        (_store, _registry, _trainers, _node, _news, _time, _logger, _isBusy) = (store, registry, trainers.ToDictionary(t => t.Kind), node, news, time, logger, isBusy);
        Changed = new Signal(time, signalLogger);
        news.Listen(Asked, _ => _asked.Release());
        news.Listen(Stop, job => StopHere(int.Parse(job, CultureInfo.InvariantCulture)));
        news.Listen(InUse, version => _ = FollowAsync(int.Parse(version, CultureInfo.InvariantCulture)));
        news.Listen(Under, progress => HearProgress(progress.Length == 0 ? null : JsonSerializer.Deserialize<TrainingProgress>(progress)));
    }

    public Signal Changed { get; }

    /// <summary>The kinds that can be trained.</summary>
    public IEnumerable<string> Kinds => _trainers.Keys.Order(StringComparer.Ordinal);

    /// <summary>Whether this node trains, and asks for trainings by itself.</summary>
    public bool Leads => _node.Schedule.Held;

    /// <summary>The training under way, on whichever node; or null.</summary>
    public TrainingProgress? Progress
    {
        get { lock (_gate) return _progress; }
    }

    public Task<IReadOnlyList<TrainingJob>> JobsAsync(int limit = 30, CancellationToken cancel = default) => _store.LatestAsync(limit, cancel);

    public Task<IReadOnlyList<TrainingSchedule>> SchedulesAsync(CancellationToken cancel = default) => _store.SchedulesAsync(cancel);

    /// <summary>Asks for a training; where one of the kind is open already, that one is meant.</summary>
    public async Task<TrainingJob> QueueAsync(string kind, string settings = "{}", CancellationToken cancel = default)
    {
        var job = await _store.AddAsync(kind, settings, _time.GetUtcNow(), cancel);
        _asked.Release();
        _news.Tell(Asked);
        Changed.Raise();
        return job;
    }

    public async Task CancelAsync(int job, CancellationToken cancel = default)
    {
        await _store.CancelQueuedAsync(job, _time.GetUtcNow(), cancel);
        StopHere(job);
        _news.Tell(Stop, job.ToString(CultureInfo.InvariantCulture));
        Changed.Raise();
    }

    /// <param name="everyDays">0: never by itself.</param>
    public async Task ScheduleAsync(string kind, int everyDays, CancellationToken cancel = default)
    {
        if (everyDays <= 0) await _store.DropScheduleAsync(kind, cancel);
        else await _store.PutAsync(new TrainingSchedule(kind, everyDays, _time.GetUtcNow().AddDays(everyDays)), cancel);
        Changed.Raise();
    }

    /// <summary>What a feature of a kind is called in the reader's language.</summary>
    public string FeatureName(string kind, string feature) => _trainers.TryGetValue(kind, out var trainer) ? trainer.FeatureName(feature) : feature;

    /// <summary>Why a version must not replace the one in use by itself; null: it may.</summary>
    public async Task<string?> ObjectionAsync(ModelVersion version, CancellationToken cancel = default)
    {
        if (version.ReadCard() is not { } card) return version.ReadQuality().Count == 0 ? "unevaluated" : null;
        return await _registry.ChampionAsync(version.Kind, cancel) is { } champion && champion.Id != version.Id ? card.Objection(champion.ReadCard()) : null;
    }

    /// <summary>Puts a version into use. One that is worse or was never measured needs a reason.</summary>
    /// <returns>The objection when nothing was done; null when it is in use.</returns>
    public async Task<string?> PublishAsync(ModelVersion version, string? reason = null, CancellationToken cancel = default)
    {
        var objection = await ObjectionAsync(version, cancel);
        if (objection is not null && string.IsNullOrWhiteSpace(reason)) return objection;
        await PutInUseAsync(version, objection is null ? "promoted" : "forced", reason, cancel);
        return null;
    }

    /// <summary>Puts back the version that was in use before.</summary>
    /// <returns>It, or null when there was none.</returns>
    public async Task<ModelVersion?> RollBackAsync(string kind, string? reason = null, CancellationToken cancel = default)
    {
        var reigns = await _registry.ReignsAsync(kind, cancel: cancel);
        if (reigns.FirstOrDefault(r => r.VersionId != reigns[0].VersionId) is not { } before || await _registry.FindAsync(before.VersionId, cancel) is not { } version) return null;
        await PutInUseAsync(version, "rolled back", reason, cancel);
        return version;
    }

    private async Task PutInUseAsync(ModelVersion version, string how, string? reason, CancellationToken cancel)
    {
        await _registry.PublishAsync(version, how, reason, cancel);
        if (_trainers.TryGetValue(version.Kind, out var trainer)) await trainer.PublishedAsync(version with { Status = ModelVersion.Champion }, cancel);
        _news.Tell(InUse, version.Id.ToString(CultureInfo.InvariantCulture));
        Changed.Raise();
    }

    /// <summary>Another node put it into use.</summary>
    private async Task FollowAsync(int id)
    {
        try
        {
            if (await _registry.FindAsync(id) is { } version && _trainers.TryGetValue(version.Kind, out var trainer)) await trainer.HeardAsync(version, CancellationToken.None);
            Changed.Hear();
        }
        catch (Exception problem)
        {
            _logger.LogError(problem, "Version {Version}, which another node put into use, could not be taken up here.", id);
        }
    }

    private void StopHere(int job)
    {
        lock (_gate)
            if (_progress?.JobId == job) _stop?.Cancel();
    }

    private void HearProgress(TrainingProgress? progress)
    {
        lock (_gate)
            if (_stop is null) _progress = progress;
        Changed.Hear();
    }

    /// <summary>Kinds that are trained again by themselves when they drift.</summary>
    public Task<IReadOnlyList<string>> RetrainedOnDriftAsync(CancellationToken cancel = default) => _store.PoliciesAsync(cancel);

    public async Task SetRetrainOnDriftAsync(string kind, bool on, CancellationToken cancel = default)
    {
        await _store.PutPolicyAsync(kind, on, cancel);
        Changed.Raise();
    }

    /// <summary>Looks at every version in use; one that drifted is trained again where that is the policy, else it is proposed.</summary>
    public async Task CheckAsync(CancellationToken cancel = default)
    {
        var automatic = await _store.PoliciesAsync(cancel);
        foreach (var (kind, trainer) in _trainers)
        {
            if (await _registry.ChampionAsync(kind, cancel) is not { } champion) continue;
            if (await _registry.ChecksAsync(kind, limit: 1, cancel: cancel) is [var last, ..] && last.VersionId == champion.Id && _time.GetUtcNow() - last.CheckedAt < CheckEvery) continue;
            try
            {
                var checks = await trainer.CheckAsync(champion, cancel);
                await _registry.KeepChecksAsync(champion, checks, cancel);
                if (checks.Any(c => c.IsAlarm) && automatic.Contains(kind) && _time.GetUtcNow() - champion.CreatedAt > CheckEvery) await QueueAsync(kind, cancel: cancel);
                if (checks.Count > 0) Changed.Raise();
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                _logger.LogError(problem, "The version of {Kind} in use could not be checked.", kind);
            }
        }
    }

    /// <summary>Carries out what is due and queued, until nothing is left.</summary>
    public async Task RunOpenAsync(CancellationToken cancel = default)
    {
        foreach (var due in (await _store.SchedulesAsync(cancel)).Where(s => s.NextAt <= _time.GetUtcNow()))
        {
            await _store.AddAsync(due.Kind, "{}", _time.GetUtcNow(), cancel);
            await _store.PutAsync(due with { NextAt = _time.GetUtcNow().AddDays(due.EveryDays) }, cancel);
        }
        while (await _store.NextAsync(cancel) is { } job)
            if (await _store.StartAsync(job.Id, _time.GetUtcNow(), cancel)) await RunAsync(job, cancel);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _node.Schedule.WhileHeldAsync(RunWhileHeldAsync, stoppingToken);

    private async Task RunWhileHeldAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        if (!LightGbmLibrary.IsThere) _logger.LogWarning("LightGBM cannot be loaded (on Debian: apt-get install libgomp1): FastTree boosts trees in its place, and demand is forecast without trees over all products.");
        await _store.RequeueAsync(MostAttempts, _time.GetUtcNow(), stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunOpenAsync(stoppingToken);
                await CheckAsync(stoppingToken);
                await _asked.WaitAsync(Look, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                _logger.LogError(problem, "Trainings could not be looked up; the next look is in {Seconds} seconds.", Look.TotalSeconds);
                await Task.Delay(Look, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task RunAsync(TrainingJob job, CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var (started, began) = (_time.GetUtcNow(), _time.GetTimestamp());
        lock (_gate) _stop = stop;
        Report("starting", 0);
        try
        {
            if (!_trainers.TryGetValue(job.Kind, out var trainer))
            {
                await _store.EndAsync(job.Id, "failed", $"Nothing here trains {job.Kind}.", null, _time.GetUtcNow());
                return;
            }
            var outcome = await trainer.TrainAsync(new TrainingContext(job.Settings, Report, stop.Token, _isBusy));
            stop.Token.ThrowIfCancellationRequested();
            var (version, held) = ((ModelVersion?)null, outcome.Refusal);
            if (outcome.Model is { } model)
            {
                version = await _registry.AddAsync(job.Kind, model, _time.GetElapsedTime(began), stop.Token);
                if (model.Publish) held = await ObjectionAsync(version, stop.Token);
                if (model.Publish && held is null) await PutInUseAsync(version, "trained", null, stop.Token);
            }
            await _store.EndAsync(job.Id, outcome.Model is null ? "refused" : "done", held, version?.Id, _time.GetUtcNow());
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The process ends; the job stays running in the store and begins again at the next start.
            throw;
        }
        catch (OperationCanceledException)
        {
            await _store.EndAsync(job.Id, "cancelled", null, null, _time.GetUtcNow());
        }
        catch (Exception problem)
        {
            _logger.LogError(problem, "Training {Job} of {Kind} failed.", job.Id, job.Kind);
            await _store.EndAsync(job.Id, "failed", problem.Message, null, _time.GetUtcNow());
        }
        finally
        {
            lock (_gate) (_stop, _progress) = (null, null);
            _news.Tell(Under);
            Changed.Raise();
        }

        void Report(string step, double share)
        {
            var progress = new TrainingProgress(job.Id, job.Kind, step, share, started);
            lock (_gate) _progress = progress;
            _news.Tell(Under, JsonSerializer.Serialize(progress));
            Changed.Raise();
        }
    }
}
