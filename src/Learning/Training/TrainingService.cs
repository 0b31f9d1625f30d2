using BehaviorDashboard.Live;
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
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    private readonly TrainingStore _store;
    private readonly ModelRegistry _registry;
    private readonly IReadOnlyDictionary<string, IModelTrainer> _trainers;
    private readonly TimeProvider _time;
    private readonly ILogger<TrainingService> _logger;
    private readonly SemaphoreSlim _asked = new(0);
    private readonly Lock _gate = new();
    private CancellationTokenSource? _stop;
    private TrainingProgress? _progress;

    internal TrainingService(TrainingStore store, ModelRegistry registry, IEnumerable<IModelTrainer> trainers, TimeProvider time, ILogger<Signal> signalLogger, ILogger<TrainingService> logger)
    {
        (_store, _registry, _trainers, _time, _logger) = (store, registry, trainers.ToDictionary(t => t.Kind), time, logger);
        Changed = new Signal(time, signalLogger);
    }

    public Signal Changed { get; }

    /// <summary>The kinds that can be trained.</summary>
    public IEnumerable<string> Kinds => _trainers.Keys.Order(StringComparer.Ordinal);

    /// <summary>The training under way, or null.</summary>
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
        Changed.Raise();
        return job;
    }

    public async Task CancelAsync(int job, CancellationToken cancel = default)
    {
        await _store.CancelQueuedAsync(job, _time.GetUtcNow(), cancel);
        lock (_gate)
            if (_progress?.JobId == job) _stop?.Cancel();
        Changed.Raise();
    }

    /// <param name="everyDays">0: never by itself.</param>
    public async Task ScheduleAsync(string kind, int everyDays, CancellationToken cancel = default)
    {
        if (everyDays <= 0) await _store.DropScheduleAsync(kind, cancel);
        else await _store.PutAsync(new TrainingSchedule(kind, everyDays, _time.GetUtcNow().AddDays(everyDays)), cancel);
        Changed.Raise();
    }

    /// <summary>Puts a version into use.</summary>
    public async Task PublishAsync(ModelVersion version, CancellationToken cancel = default)
    {
        await _registry.PublishAsync(version, cancel);
        if (_trainers.TryGetValue(version.Kind, out var trainer)) await trainer.PublishedAsync(version with { Status = ModelVersion.Champion }, cancel);
        Changed.Raise();
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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await _store.RequeueAsync(MostAttempts, _time.GetUtcNow(), stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunOpenAsync(stoppingToken);
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
            var outcome = await trainer.TrainAsync(new TrainingContext(job.Settings, Report, stop.Token));
            stop.Token.ThrowIfCancellationRequested();
            ModelVersion? version = null;
            if (outcome.Model is { } model)
            {
                version = await _registry.AddAsync(job.Kind, model, _time.GetElapsedTime(began), stop.Token);
                if (model.Publish) await PublishAsync(version, stop.Token);
            }
            await _store.EndAsync(job.Id, outcome.Model is null ? "refused" : "done", outcome.Refusal, version?.Id, _time.GetUtcNow());
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
            Changed.Raise();
        }

        void Report(string step, double share)
        {
            lock (_gate) _progress = new TrainingProgress(job.Id, job.Kind, step, share, started);
            Changed.Raise();
        }
    }
}
