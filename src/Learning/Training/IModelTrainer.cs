namespace BehaviorDashboard.Learning;

/// <summary>Upward seam: a slice that learns a kind of model.</summary>
public interface IModelTrainer
{
    /// <summary>Such as <c>clusters</c>; names the model everywhere.</summary>
    string Kind { get; }

    Task<TrainingOutcome> TrainAsync(TrainingContext context);

    /// <summary>A version of this kind has become the champion.</summary>
    Task PublishedAsync(ModelVersion version, CancellationToken cancel);

    /// <summary>Another node put a version into use and did what has to be done once; here only what is remembered is brought up to it.</summary>
    Task HeardAsync(ModelVersion version, CancellationToken cancel) => PublishedAsync(version, cancel);

    /// <summary>How the version in use fares: drift of what it sees, and what it foretold against what came. Asked once a day.</summary>
    Task<IReadOnlyList<ModelCheck>> CheckAsync(ModelVersion champion, CancellationToken cancel) => Task.FromResult<IReadOnlyList<ModelCheck>>([]);

    /// <summary>A feature in the reader's words.</summary>
    string FeatureName(string key) => key;
}

/// <summary>A model, or why there is none.</summary>
/// <param name="Refusal">Why the data do not allow a model, in the field's terms with the figures.</param>
public sealed record TrainingOutcome(TrainedModel? Model, string? Refusal)
{
    public static TrainingOutcome Of(TrainedModel model) => new(model, null);

    public static TrainingOutcome Refused(string reason) => new(null, reason);
}

/// <summary>How far a training is.</summary>
/// <param name="Step">What is happening, as a key of the trainer's own.</param>
/// <param name="Share">0 to 1.</param>
public sealed record TrainingProgress(int JobId, string Kind, string Step, double Share, DateTimeOffset StartedAt);

/// <summary>What a trainer gets: its settings, a way to say how far it is, and a thread that yields to the live system.</summary>
/// <param name="isBusy">Whether the live system has its hands full; null: never.</param>
public sealed class TrainingContext(string settings, Action<string, double> report, CancellationToken cancel, Func<bool>? isBusy = null)
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(250);
    private const int MostBreaths = 240;

    /// <summary>JSON, as it was asked for.</summary>
    public string Settings => settings;

    public CancellationToken Cancel => cancel;

    public void Report(string step, double share) => report(step, Math.Clamp(share, 0, 1));

    /// <summary>As <see cref="Report"/>, from a computing thread: waits here while the live system is busy, a minute at most.</summary>
    public void ReportAndYield(string step, double share)
    {
        cancel.ThrowIfCancellationRequested();
        for (var i = 0; i < MostBreaths && isBusy?.Invoke() == true; i++)
        {
            if (i == 0) Report("yielding", share);
            if (cancel.WaitHandle.WaitOne(Breath)) cancel.ThrowIfCancellationRequested();
        }
        Report(step, share);
    }

    /// <summary>Long arithmetic, on one thread of the lowest priority.</summary>
    public Task<T> ComputeAsync<T>(Func<T> work) => cancel.IsCancellationRequested ? Task.FromCanceled<T>(cancel) : QuietThread.RunAsync(work);
}
