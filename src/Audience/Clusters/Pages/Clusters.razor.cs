using BehaviorDashboard.Learning;
using BehaviorDashboard.Live;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Clusters.Pages;

/// <summary>Which groups people fall into by themselves, what sets each apart, and what moved since the last run.</summary>
public sealed partial class Clusters
{
    private ClusterVersion? _shown;
    private IReadOnlyList<ModelVersion> _versions = [];
    private IReadOnlyDictionary<int, string> _names = new Dictionary<int, string>();
    private TrainingProgress? _progress;
    private TrainingJob? _last;
    private ChartModel? _map;
    private ChartModel? _profile;
    private ChartModel? _moves;
    private Subscription? _live;
    private string _population = ClusterSettings.Customers;
    private string? _problem;
    private string _key = "";
    private int _k;
    private bool _loaded;
    private bool _open;

    [Inject] private ClusterService Service { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    [Inject] private IStringLocalizer<ClustersText> Text { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "version")] public int? Version { get; set; }

    private bool Busy => !RendererInfo.IsInteractive || _open;

    private bool InUse => _shown?.Version.Status == ModelVersion.Champion;

    private string? Lead => _shown is not { } shown ? null
        : (string)Text["Lead", Format.Number(shown.Model.People), Format.Number((long)shown.Model.Clusters.Count), _names[shown.Model.Clusters.MaxBy(c => c.Size)!.Id], Format.Percent((double)shown.Model.Clusters.Max(c => c.Size) / shown.Model.People)]!;

    protected override async Task OnParametersSetAsync()
    {
        if (RendererInfo.IsInteractive) _live ??= Service.Training.Changed.Subscribe(TimeSpan.FromMilliseconds(500), ReloadAsync);
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
        _progress = Service.Training.Progress is { Kind: ClusterModel.Kind } progress ? progress : null;
        var jobs = (await Service.Training.JobsAsync(30)).Where(j => j.Kind == ClusterModel.Kind).ToList();
        (_last, _open) = (jobs.FirstOrDefault(), jobs.Any(j => j.IsOpen));
        _versions = await Service.VersionsAsync();
        _shown = await Service.FindAsync(Version) ?? await Service.FindAsync(_versions.Count > 0 ? _versions[0].Version : null);
        _loaded = true;
        if (_shown is null) return;
        _names = await Service.NamesAsync(_shown.Model);
        var key = $"{_shown.Version.Id}/{string.Join('|', _names.Values)}";
        if (key == _key) return;
        _key = key;
        var charts = new ClusterCharts(Text, _shown.Model, _names, Service.FeatureName);
        (_map, _profile, _moves) = (charts.Map(), charts.Profile(), charts.Moves());
    }

    private async Task TrainAsync()
    {
        _open = true;
        await Service.TrainAsync(new ClusterSettings(_population, _k == 0 ? null : _k));
        if (Version is not null) Nav.NavigateTo("segments/clusters");
        await LoadAsync();
    }

    private Task CancelAsync() => _progress is { } progress ? Service.Training.CancelAsync(progress.JobId) : Task.CompletedTask;

    private async Task PublishAsync()
    {
        await Service.PublishAsync(_shown!.Version);
        await LoadAsync();
    }

    private async Task RenameAsync(int cluster, string name)
    {
        await Service.RenameAsync(cluster, name);
        await LoadAsync();
    }

    private async Task SegmentAsync(int cluster)
    {
        var made = await Service.MakeSegmentAsync(cluster, _names[cluster]);
        _problem = made.Problems.Count > 0 ? string.Join(" ", made.Problems.Select(p => $"{p.Code} {p.Detail}")) : null;
        if (made.Segment is { } segment) Nav.NavigateTo($"segments/{segment.Id}");
    }
}
