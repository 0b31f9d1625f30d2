using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Live;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Reviews.Pages;

/// <summary>What shoppers say, of the shop or of one product: what changed, what it is about, and the reviews themselves.</summary>
public sealed partial class Reviews
{
    private const string DefaultRange = "30d";
    private readonly HashSet<string> _asked = [];
    private ReviewOverview? _shown;
    private ReviewPage? _page;
    private IReadOnlyDictionary<string, string> _titles = new Dictionary<string, string>();
    private ChartModel? _chart;
    private Subscription? _live;
    private string? _title;
    private string _typed = "";
    private int _open;

    [Inject] private ReviewService Service { get; set; } = null!;

    [Inject] private IncidentService Incidents { get; set; } = null!;

    [Inject] private TrainingService Training { get; set; } = null!;

    [Inject] private IAuditLog Audit { get; set; } = null!;

    [Inject] private ShopClock Clock { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    [Inject] private IStringLocalizer<ReviewsText> Text { get; set; } = null!;

    [Parameter] public string? Product { get; set; }

    [SupplyParameterFromQuery(Name = "q")] public string? Query { get; set; }

    [SupplyParameterFromQuery(Name = "tone")] public string? Tone { get; set; }

    [SupplyParameterFromQuery(Name = "topic")] public string? Topic { get; set; }

    [SupplyParameterFromQuery(Name = "category")] public string? Category { get; set; }

    [SupplyParameterFromQuery(Name = "after")] public string? After { get; set; }

    // Read so that the page loads again when only the range changes.
    [SupplyParameterFromQuery(Name = "range")] public string? RangeGiven { get; set; }

    [SupplyParameterFromQuery(Name = "from")] public string? FromGiven { get; set; }

    [SupplyParameterFromQuery(Name = "to")] public string? ToGiven { get; set; }

    [SupplyParameterFromQuery(Name = "compare")] public string? CompareGiven { get; set; }

    private bool Filtered => (Query ?? Tone ?? Topic ?? Category) is not null;

    /// <summary>The one answer: how many are bad, and whether that moved beyond chance.</summary>
    private string? Lead
    {
        get
        {
            if (_shown is not { } shown || shown.Now.Count == 0) return null;
            if (shown.Now.Known == 0) return Text["LeadUnknown", Format.Number(shown.Now.Count)];
            if (shown.Before is not { Known: > 0 } was || shown.P is null) return Text["Lead", Format.Number(shown.Now.Known), Format.Percent(shown.Bad.Value, 0)];
            var before = was.Bad / (double)was.Known;
            var key = shown.P > ReviewGroup.Believed ? "LeadSame" : shown.Bad.Value > before ? "LeadWorse" : "LeadBetter";
            return Text[key, Format.Number(shown.Now.Known), Format.Percent(shown.Bad.Value, 0), Format.Percent(before, 0)];
        }
    }

    protected override async Task OnParametersSetAsync()
    {
        _typed = Query ?? "";
        if (RendererInfo.IsInteractive) _live ??= Service.Changed.Subscribe(TimeSpan.FromSeconds(2), ReloadAsync);
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
        var state = RangeState.From(Nav.Uri, Clock, DefaultRange);
        var shown = await Service.OverviewAsync(state.Range, state.Before, Product);
        var page = await Service.PageAsync(new ReviewQuery
        {
            Text = Query ?? "", Product = Product, Tone = Tone is "bad" or "mixed" or "good" ? Tone : null, Topic = Topic, Category = Category, From = state.Range.From, To = state.Range.To, After = After,
        });
        _title = Product is null ? null : await Service.TitleAsync(Product);
        _titles = await Service.TitlesAsync([.. page.Reviews.Select(r => r.ProductId).OfType<string>().Distinct()]);
        _open = (await Incidents.ListAsync(openOnly: true)).Count(i => Product is null || i.ProductId == Product);
        (_shown, _page) = (shown, page);
        _chart = shown.Trend.Count == 0 ? null : Charts.Time(Clock, Text["Day"],
        [
            new TimeSeries(Text["NegativeShare"], [.. shown.Trend.Select(t => (t.From, t.Reviews == 0 ? (double?)null : t.Bad.Value))]),
            new TimeSeries(Text["BandLow"], [.. shown.Trend.Select(t => (t.From, t.Reviews == 0 ? (double?)null : t.Bad.Low))], Dashed: true),
            new TimeSeries(Text["BandHigh"], [.. shown.Trend.Select(t => (t.From, t.Reviews == 0 ? (double?)null : t.Bad.High))], Dashed: true),
        ], unit: ChartUnit.Ratio);
    }

    private async Task TrainAsync(string language)
    {
        _asked.Add(language);
        await Training.QueueAsync(SentimentModels.KindOf(language));
        await Audit.RecordAsync(new AuditEntry("model.asked", "model:" + SentimentModels.KindOf(language)));
    }

    private string P(double p) => p < 0.001 ? "< " + Format.Number(0.001, 3) : Format.Number(p, 3);

    private void Search() => Nav.NavigateTo(With(("q", _typed.Trim() is { Length: > 0 } q ? q : null), ("after", null)));

    private string With(params (string Name, string? Value)[] changes) => Nav.GetUriWithQueryParameters(changes.ToDictionary(c => c.Name, c => (object?)c.Value));
}
