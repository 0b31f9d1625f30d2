using BehaviorDashboard.Contracts;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Learning.Pages;
using BehaviorDashboard.Live;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Predictions.Pages;

/// <summary>What customers are expected to bring, how chances are spread, and whether they mean what they say.</summary>
public sealed partial class Predictions
{
    private static readonly string[] Chances = [PredictionKinds.Buy7, PredictionKinds.Buy30, PredictionKinds.Churn];

    private sealed record Line(string Kind, ModelVersion? Champion, string Says);

    private PredictionRun? _run;
    private TrainingProgress? _progress;
    private List<Line> _lines = [];
    private List<string> _missing = [];
    private ChartModel? _distribution;
    private ChartModel? _calibration;
    private ChartModel? _drivers;
    private Subscription? _scored;
    private Subscription? _trained;
    private long _buyers;
    private int _version;
    private bool _open;
    private string? _before;
    private bool _loaded;

    [Inject] private PredictionService Service { get; set; } = null!;

    [Inject] private IStringLocalizer<LearningText> ModelText { get; set; } = null!;

    [Inject] private IAuditLog Audit { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "kind")] public string? Kind { get; set; }

    private string Shown => Chances.Contains(Kind) ? Kind! : PredictionKinds.Buy30;

    private string? Lead => _run is not { } run ? null : run.Totals.FirstOrDefault(t => t.Days == 30) is { } month
        ? Text["Lead", Money(month.Value), Money(month.Low), Money(month.High), Format.Number(run.People)].Value : Text["Lead.NoValue", Format.Number(run.People)].Value;

    protected override async Task OnParametersSetAsync()
    {
        if (RendererInfo.IsInteractive)
        {
            _scored ??= Service.Changed.Subscribe(TimeSpan.FromSeconds(2), ReloadAsync);
            _trained ??= Service.Training.Changed.Subscribe(TimeSpan.FromSeconds(1), ReloadAsync);
        }
        await LoadAsync();
    }

    public void Dispose()
    {
        _scored?.Dispose();
        _trained?.Dispose();
    }

    private Task ReloadAsync() => InvokeAsync(async () =>
    {
        await LoadAsync();
        StateHasChanged();
    });

    private async Task LoadAsync()
    {
        _progress = Service.Training.Progress is { } progress && PredictionKinds.All.Contains(progress.Kind) ? progress : null;
        _before = _progress is null ? Service.Training.Progress?.Kind : null;
        var jobs = (await Service.Training.JobsAsync(60)).Where(j => PredictionKinds.All.Contains(j.Kind)).ToList();
        _open = jobs.Any(j => j.IsOpen);
        (_run, _buyers) = (await Service.RunAsync(), await Service.BuyersAsync());
        _lines = [];
        foreach (var kind in PredictionKinds.All)
        {
            var champion = await Service.ChampionAsync(kind);
            _lines.Add(new Line(kind, champion, Says(champion, jobs.FirstOrDefault(j => j.Kind == kind))));
        }
        _missing = [.. _lines.Where(l => l.Champion is null).Select(l => l.Kind)];
        await DrawAsync();
        _loaded = true;
    }

    private async Task DrawAsync()
    {
        if (_run is null) return;
        var champion = _lines.First(l => l.Kind == Shown).Champion;
        _version = champion?.Id ?? 0;
        var bins = (await Service.HistogramAsync(Shown)).ToDictionary(b => b.Bin, b => b.People);
        _distribution = bins.Count == 0 ? null : Histogram(bins);
        var card = champion?.ReadCard();
        _calibration = card is { Curve.Count: > 1 } ? CalibrationChart.Of(card.Curve, ModelText) : null;
        _drivers = card is not { Drivers.Count: > 0 } ? null : Charts.Bars(Text["Figure"], Text["Weight"], [.. card.Drivers.Take(8).Select(d => (Service.Feature(d.Feature) + d.Direction switch { > 0 => " ↑", < 0 => " ↓", _ => "" }, (double?)Math.Round(d.Weight / card.Drivers.Sum(o => o.Weight), 4)))], ChartUnit.Ratio);
    }

    private ChartModel Histogram(Dictionary<int, long> bins)
    {
        var names = Enumerable.Range(0, 20).Select(b => Format.Percent(b / 20.0, 0)).ToArray();
        var options = new
        {
            grid = new { left = 8, right = 16, top = 12, bottom = 4, outerBoundsMode = "same", outerBoundsContain = "axisLabel" },
            tooltip = new { trigger = "axis" },
            xAxis = new { type = "category", data = names },
            yAxis = new { type = "value" },
            series = new[] { new { type = "bar", name = Text["People"].Value, barCategoryGap = "10%", data = Enumerable.Range(0, 20).Select(b => bins.GetValueOrDefault(b)) } },
        };
        return new ChartModel(options, new ChartTable([Text["Chance"], Text["People"]], [.. names.Select((n, b) => (IReadOnlyList<object?>)[n, bins.GetValueOrDefault(b)])]));
    }

    private string Says(ModelVersion? champion, TrainingJob? last)
    {
        if (champion is null) return last is { Status: "refused" or "failed" } ? Text["Refused", RefusalWords.Say(ModelText, last.Reason)] : Text[last is { IsOpen: true } ? "Queued" : "NotTrained"];
        if (champion.ReadCard() is not { } card || card.Measure(card.Primary) is not { } own) return ShopFormat.Unknown;
        var rival = card.Baselines.FirstOrDefault(b => b.Measures.ContainsKey(own.Name));
        return rival is null ? $"{Measure(own.Name)} {Format.Number(own.Value, 3)}"
            : Text[card.BeatsBaseline is true ? "Better" : "NotBetter", Measure(own.Name), Format.Number(own.Value, 3), Format.Number(rival.Measures[own.Name], 3)];
    }

    private string Measure(string name) => ModelText["Quality." + name] is { ResourceNotFound: false } named ? named.Value : name;

    private string Money(double amount) => Format.Money((decimal)amount, cents: false);

    private async Task TrainAsync()
    {
        _open = true;
        await Service.TrainMissingAsync();
        await Audit.RecordAsync(new AuditEntry("model.asked", "model:predictions"));
        await LoadAsync();
    }
}
