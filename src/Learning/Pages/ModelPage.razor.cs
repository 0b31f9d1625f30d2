using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;

namespace BehaviorDashboard.Learning.Pages;

/// <summary>The card of one version: what it foretells, from what, how good it is, what it leans on, and what became of it.</summary>
public sealed partial class ModelPage
{
    private ModelVersion? _version;
    private ModelCard? _card;
    private IReadOnlyList<ModelReign> _reigns = [];
    private IReadOnlyList<KeptCheck> _checks = [];
    private ChartModel? _calibration;
    private ChartModel? _drivers;
    private ChartModel? _watched;
    private string? _objection;
    private string? _reason;
    private bool _loaded;

    [Parameter] public string Kind { get; set; } = "";

    [Parameter] public int Version { get; set; }

    [Inject] private ModelRegistry Registry { get; set; } = null!;

    [Inject] private TrainingService Training { get; set; } = null!;

    [Inject] private IAuditLog Audit { get; set; } = null!;

    [Inject] private ShopClock Clock { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    private string Name => Text["Kind." + Kind] is { ResourceNotFound: false } named ? named.Value : Kind;

    private string Predicts => Text["Predicts." + Kind] is { ResourceNotFound: false } said ? said.Value : Name;

    protected override async Task OnParametersSetAsync()
    {
        _version = await Registry.FindAsync(Kind, Version);
        _loaded = true;
        if (_version is null) return;
        _card = _version.ReadCard();
        _reigns = await Registry.ReignsAsync(Kind);
        _checks = [.. (await Registry.ChecksAsync(Kind)).Where(c => c.VersionId == _version.Id)];
        _objection = await Training.ObjectionAsync(_version);
        _calibration = _card is { Curve.Count: > 1 } ? CalibrationChart.Of(_card.Curve, Text) : null;
        _drivers = _card is { Drivers.Count: > 0 } ? Charts.Bars(Text["Driver"], Text["DriverWeight"], [.. _card.Drivers.Take(10).Select(d => (Feature(d.Feature) + d.Direction switch { > 0 => " ↑", < 0 => " ↓", _ => "" }, (double?)Math.Round(d.Weight / _card.Drivers.Sum(o => o.Weight), 4)))], ChartUnit.Ratio) : null;
        _watched = _checks.Count == 0 ? null : Charts.Time(Clock, Text["LastChecked"], [.. _checks.GroupBy(c => c.Measure).Select(g => new TimeSeries(Text["Check." + g.Key], [.. g.OrderBy(c => c.CheckedAt).Select(c => (c.CheckedAt, (double?)Math.Round(c.Value, 4)))]))]);
    }

    private string HowGood()
    {
        if (_card?.Measure(_card.Primary) is not { } own) return Text["HowGood.Nothing"];
        var (name, value) = (Quality(own.Name), Format.Number(own.Value, 4));
        if (_card.Baselines.Count == 0 || _card.BeatsBaseline is not { } better) return Text["HowGood.Alone", name, value];
        var rival = _card.Baselines[0];
        return Text[better ? "HowGood.Better" : "HowGood.NotBetter", name, value, Baseline(rival.Name), Format.Number(rival.Measures.GetValueOrDefault(own.Name, double.NaN), 4)];
    }

    private string DriversExplained => Text["Drivers.Explained." + Kind] is { ResourceNotFound: false } own ? own.Value : Text["Drivers.Explained"].Value;

    private string Feature(string key) => Training.FeatureName(Kind, key);

    private string Quality(string measure) => QualityWords.Of(Text, Kind, measure);

    private string Baseline(string name) => Text["Baseline." + name] is { ResourceNotFound: false } named ? named.Value : name;

    private async Task PublishAsync(string? reason)
    {
        _objection = await Training.PublishAsync(_version!, reason);
        if (_objection is null)
            await Audit.RecordAsync(new AuditEntry(reason is null ? "model.published" : "model.forced", $"model:{Kind}:{Version.ToString(CultureInfo.InvariantCulture)}", reason is null ? null : JsonSerializer.Serialize(new { reason })));
        _reason = null;
        await OnParametersSetAsync();
    }

    private async Task RollBackAsync()
    {
        if (await Training.RollBackAsync(Kind) is not { } back) return;
        await Audit.RecordAsync(new AuditEntry("model.rolled_back", $"model:{Kind}:{back.Version.ToString(CultureInfo.InvariantCulture)}", JsonSerializer.Serialize(new { from = Version })));
        Nav.NavigateTo($"models/{Kind}/{back.Version.ToString(CultureInfo.InvariantCulture)}");
    }
}
