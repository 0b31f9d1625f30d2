using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Forecasting.Ml;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Look;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Inventory.Pages;

/// <summary>One product: what is wanted of it, what is there, when it runs out, and what to do.</summary>
public sealed partial class ProductPage
{
    private readonly List<Subscription> _live = [];
    private StockStatus? _status;
    private CountDistribution? _next;
    private ReportWatch<string, ProductPast> _past = null!;
    private IReadOnlyList<ForecastMove> _moves = [];
    private IReadOnlyList<ForecastLayer> _layers = [];
    private ChartModel? _demand;
    private ChartModel? _path;
    private string? _problem;
    private bool _loaded, _gone;

    [Parameter] public string Id { get; set; } = "";

    /// <summary>Steps of the demand's picture: week, unless it is day.</summary>
    [SupplyParameterFromQuery(Name = "by")] public string? By { get; set; }

    [Inject] private StockService Stock { get; set; } = null!;

    [Inject] private ForecastService Forecasts { get; set; } = null!;

    [Inject] private ProposalService Proposals { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private ShopClock Clock { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    [Inject] private IStringLocalizer<InventoryText> Text { get; set; } = null!;

    private string? Lead => _status is null ? null : (string)(_status switch
    {
        { OnHand: null } => Text["Product.NoStock"],
        { Plan: null } => Text["NoForecastYet"],
        { IsLate: true, Plan.Quantity: > 0 } => Text["Product.Late", Format.Percent(_status.Plan!.Chance, 0)],
        { Plan.Quantity: > 0 } => Text["Product.Order", Format.Number(_status.Plan!.Quantity), Format.Date(_status.LastSafeOrder)],
        { ExcessUnits: >= 1 } => Text["Product.Excess", Format.Number(_status.ExcessUnits), Format.Date(_status.LastSensible)],
        _ => Text["Product.Fine", Format.Number(_status.Plan!.DaysOfSupply)],
    })!;

    protected override void OnInitialized() => _past = new(Stock.Pasts, Clock, () => InvokeAsync(() =>
    {
        _past.Look();
        Draw();
        StateHasChanged();
    }));

    protected override async Task OnParametersSetAsync()
    {
        if (RendererInfo.IsInteractive && _live.Count == 0)
        {
            _live.Add(Forecasts.Changed.Subscribe(TimeSpan.FromSeconds(1), ReloadAsync));
            _live.Add(Stock.Changed.Subscribe(TimeSpan.FromSeconds(1), ReloadAsync));
        }
        await LoadAsync();
    }

    public void Dispose()
    {
        _gone = true;
        _live.ForEach(l => l.Dispose());
        _past.Dispose();
    }

    private Task ReloadAsync() => InvokeAsync(async () =>
    {
        await LoadAsync();
        StateHasChanged();
    });

    private async Task LoadAsync()
    {
        try
        {
            _status = await Stock.FindAsync(Id);
            _layers = await Forecasts.LayersAsync([Id]);
            _moves = await Forecasts.WhyChangedAsync(Id);
            _next = _status?.Forecast?.Between(Clock.Now, Clock.Now.AddDays(28));
            if (_gone) return;
            if (_status is not null) _past.Show(Id);
            Draw();
            (_loaded, _problem) = (true, null);
        }
        catch (StoreUnavailableException problem)
        {
            _problem = problem.Message;
        }
    }

    private void Draw()
    {
        var charts = new ProductCharts(Text, Clock);
        _demand = _status?.Forecast is not { } forecast ? null : By == "day" && Forecasts.Days(forecast) is { Count: > 0 } ahead ? charts.Days(_past.Report?.Days ?? [], ahead) : charts.Demand(_past.Report?.Weeks ?? [], forecast);
        _path = _status is { OnHand: not null, Forecast: not null } ? charts.Path(_status) : null;
    }

    private async Task ProposeAsync()
    {
        if (await Proposals.ProposeAsync(Id, null, "by hand " + Guid.NewGuid().ToString("n")[..8]) is { } id) Nav.NavigateTo($"supply/proposals/{id}");
    }

    private static string? CampaignOf(ForecastLayer layer) => layer.Reference.StartsWith("campaign:", StringComparison.Ordinal) ? Uri.EscapeDataString(layer.Reference["campaign:".Length..]) : null;

    private string Signed(ForecastMove move) => move.Kind is "before" or "now" ? Format.Number(move.Units, 1) : (move.Units > 0.05 ? "+" : move.Units < -0.05 ? "−" : "±") + Format.Number(Math.Abs(move.Units), 1);
}
