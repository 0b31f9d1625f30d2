using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Live;
using Microsoft.AspNetCore.Components;

namespace BehaviorDashboard.Learning.Pages;

/// <summary>What the product has learned, how it fares, and when it learns again.</summary>
public sealed partial class Models
{
    private IReadOnlyList<ModelVersion> _versions = [];
    private IReadOnlyList<TrainingJob> _jobs = [];
    private IReadOnlyList<TrainingSchedule> _schedules = [];
    private IReadOnlyList<KeptCheck> _checks = [];
    private IReadOnlyList<string> _automatic = [];
    private List<KeptCheck> _alarms = [];
    private Subscription? _live;
    private bool _loaded;

    [Inject] private ModelRegistry Registry { get; set; } = null!;

    [Inject] private TrainingService Training { get; set; } = null!;

    [Inject] private IAuditLog Audit { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive) _live = Training.Changed.Subscribe(TimeSpan.FromSeconds(1), ReloadAsync);
        await LoadAsync();
    }

    public void Dispose() => _live?.Dispose();

    private Task ReloadAsync() => InvokeAsync(async () =>
    {
        await LoadAsync();
        StateHasChanged();
    });

    private async Task LoadAsync()
    {
        (_versions, _jobs, _schedules) = (await Registry.ListAsync(), await Training.JobsAsync(20), await Training.SchedulesAsync());
        (_checks, _automatic) = (await Registry.ChecksAsync(), await Training.RetrainedOnDriftAsync());
        _alarms = [.. _versions.Where(v => v.Status == ModelVersion.Champion).SelectMany(Latest).Where(c => c.Check.IsAlarm && !_jobs.Any(j => j.Kind == c.Kind && j.IsOpen)).DistinctBy(c => c.Kind)];
        _loaded = true;
    }

    /// <summary>What the last look at a version found.</summary>
    private IEnumerable<KeptCheck> Latest(ModelVersion version) => _checks.Where(c => c.VersionId == version.Id).GroupBy(c => c.Measure).Select(g => g.First());

    private string Health(ModelVersion version) => Latest(version).ToList() is not { Count: > 0 } found ? Text["Health.unknown"] : Text[found.Any(c => c.Check.IsAlarm) ? "Health.alarm" : "Health.good"];

    private int Days(string kind) => _schedules.FirstOrDefault(s => s.Kind == kind)?.EveryDays ?? 0;

    private string? Reason(TrainingJob job) => job.Reason is null ? null : Text["Objection." + job.Reason] is { ResourceNotFound: false } named ? Text["Explain.objection", named.Value].Value : RefusalWords.Say(Text, job.Reason);

    private string Step(string step) => Text["Step." + step] is { ResourceNotFound: false } named ? named.Value : "";

    private string Quality(string kind, string measure) => QualityWords.Of(Text, kind, measure);

    private string Kind(string kind) => Text["Kind." + kind] is { ResourceNotFound: false } named ? named.Value : kind;

    private async Task TrainAsync(string kind)
    {
        await Training.QueueAsync(kind);
        await Audit.RecordAsync(new AuditEntry("model.asked", "model:" + kind));
    }

    private async Task ScheduleAsync(string kind, ChangeEventArgs change)
    {
        await Training.ScheduleAsync(kind, int.Parse((string)change.Value!, CultureInfo.InvariantCulture));
        await Audit.RecordAsync(new AuditEntry("model.scheduled", "model:" + kind));
    }

    private async Task RetrainAsync(string kind, bool on)
    {
        await Training.SetRetrainOnDriftAsync(kind, on);
        await Audit.RecordAsync(new AuditEntry("model.policy", "model:" + kind, on ? """{"onDrift":true}""" : """{"onDrift":false}"""));
    }
}
