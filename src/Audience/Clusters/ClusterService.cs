using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Segments;

namespace BehaviorDashboard.Clusters;

/// <summary>Clusters as people work with them.</summary>
public sealed class ClusterService
{
    private const int MaxName = 80;

    private readonly ClusterModels _models;
    private readonly ClusterStore _store;
    private readonly ClusterNames _names;
    private readonly ModelRegistry _registry;
    private readonly SegmentService _segments;
    private readonly IAuditLog _audit;

    internal ClusterService(ClusterModels models, ClusterStore store, ClusterNames names, ModelRegistry registry, TrainingService training, SegmentService segments, IAuditLog audit) =>
        (_models, _store, _names, _registry, Training, _segments, _audit) = (models, store, names, registry, training, segments, audit);

    public TrainingService Training { get; }

    public Task<IReadOnlyList<ModelVersion>> VersionsAsync(CancellationToken cancel = default) => _registry.ListAsync(ClusterModel.Kind, cancel: cancel);

    /// <summary>A version, or the one in use.</summary>
    public async Task<ClusterVersion?> FindAsync(int? version, CancellationToken cancel = default) => version is null ? await _models.ChampionAsync(cancel)
        : (await VersionsAsync(cancel)).FirstOrDefault(v => v.Version == version) is { } found ? await _models.ReadAsync(found, cancel) : null;

    /// <summary>Names in the reader's language.</summary>
    public async Task<IReadOnlyDictionary<int, string>> NamesAsync(ClusterModel model, CancellationToken cancel = default) => _names.Of(model, await _store.NamesAsync(cancel));

    public string FeatureName(string key) => _names.Feature(key);

    public async Task TrainAsync(ClusterSettings settings, CancellationToken cancel = default)
    {
        var job = await Training.QueueAsync(ClusterModel.Kind, JsonSerializer.Serialize(settings, JsonSerializerOptions.Web), cancel);
        await _audit.RecordAsync(new AuditEntry("model.asked", "training:" + job.Id.ToString(CultureInfo.InvariantCulture)), cancel);
    }

    public async Task PublishAsync(ModelVersion version, CancellationToken cancel = default)
    {
        await Training.PublishAsync(version, cancel: cancel);
        await _audit.RecordAsync(new AuditEntry("model.published", $"model:{version.Kind}:{version.Version.ToString(CultureInfo.InvariantCulture)}"), cancel);
    }

    /// <param name="name">Empty: called by what distinguishes it again.</param>
    public async Task RenameAsync(int cluster, string name, CancellationToken cancel = default)
    {
        var given = name.Trim();
        await _store.RenameAsync(cluster, given.Length == 0 ? null : given.Length > MaxName ? given[..MaxName] : given, cancel);
        await _audit.RecordAsync(new AuditEntry("cluster.renamed", "cluster:" + cluster.ToString(CultureInfo.InvariantCulture)), cancel);
    }

    /// <summary>An active segment of whoever is in the cluster, now and from now on.</summary>
    public Task<SaveResult> MakeSegmentAsync(int cluster, string name, CancellationToken cancel = default) =>
        _segments.OfGroupAsync(new GroupRule(ClusterModel.Kind, cluster.ToString(CultureInfo.InvariantCulture)), name, cancel);
}
