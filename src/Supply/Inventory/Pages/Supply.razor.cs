using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Look;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Inventory.Pages;

/// <summary>What to do about stock today, by money.</summary>
public sealed partial class Supply
{
    private const int Most = 60;

    /// <summary>What is at stake for less is not worth a line.</summary>
    private const decimal LeastWorth = 1;

    private readonly List<Subscription> _live = [];
    private IReadOnlyList<StockStatus>? _all;
    private List<StockStatus> _planned = [];
    private List<StockStatus> _order = [];
    private List<(StockStatus Status, string What, decimal Worth)> _todo = [];
    private ForecastCard? _card;
    private ForecastProgress? _progress;
    private DateTimeOffset? _asOf;
    private double? _wape;
    private string? _problem;
    private bool _asked;

    [Inject] private StockService Stock { get; set; } = null!;

    [Inject] private ForecastService Forecasts { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private ShopClock Clock { get; set; } = null!;

    [Inject] private IStringLocalizer<InventoryText> Text { get; set; } = null!;

    private bool Busy => !RendererInfo.IsInteractive || _asked || _progress is not null;

    private string? Lead => _all is null || _planned.Count == 0 ? null
        : (string)(_order.Count == 0 ? Text["Supply.LeadNone", Format.Number((long)_planned.Count)] : Text["Supply.Lead", Format.Number((long)_order.Count), Format.Money(_planned.Sum(s => s.LostMoney), cents: false)])!;

    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive)
        {
            _live.Add(Forecasts.Running.Subscribe(TimeSpan.FromSeconds(1), TrainedAsync));
            _live.Add(Stock.Changed.Subscribe(TimeSpan.FromSeconds(1), ReloadAsync));
        }
        await LoadAsync();
    }

    public void Dispose() => _live.ForEach(l => l.Dispose());

    private Task TrainedAsync() => InvokeAsync(async () =>
    {
        var was = _progress;
        _progress = Forecasts.Progress;
        // A forecast of few products is over before anybody has seen it run.
        if (_progress is null && (was is not null || (await Forecasts.CardAsync())?.RunId != _card?.RunId)) await LoadAsync();
        StateHasChanged();
    });

    private Task ReloadAsync() => InvokeAsync(async () =>
    {
        await LoadAsync();
        StateHasChanged();
    });

    private async Task LoadAsync()
    {
        try
        {
            _card = await Forecasts.CardAsync();
            _all = await Stock.RecentAsync();
            _planned = [.. _all.Where(s => s.Plan is not null)];
            _order = [.. _planned.Where(s => s is { Plan.Quantity: > 0, OnHold: false })];
            _todo = [.. _planned.SelectMany(Todo).Where(t => t.Worth >= LeastWorth || t.Status.OnHand == 0).OrderByDescending(t => t.Worth)];
            _wape = (await Forecasts.AccuracyAsync()).FirstOrDefault(a => a.Week == 1)?.Wape ?? _card?.Tried.GetValueOrDefault("")?.Wape;
            (_asOf, _problem, _asked) = (Clock.Now, null, false);
        }
        catch (StoreUnavailableException problem)
        {
            _problem = problem.Message;
        }
    }

    private IEnumerable<(StockStatus Status, string What, decimal Worth)> Todo(StockStatus s)
    {
        if (s is { Plan.Quantity: > 0, OnHold: false })
            yield return (s, (s.OnHand == 0 ? Text["Do.OrderOut", Format.Number(s.Plan.Quantity)] : s.IsLate ? Text["Do.OrderLate", Format.Number(s.Plan.Quantity), Format.Date(s.SoldOutOn)] : Text["Do.Order", Format.Number(s.Plan.Quantity), Format.Date(s.LastSafeOrder)]) + (s.SeasonEnds ? " " + Text["Do.SeasonEnds"] : ""), s.LostMoney);
        if (s.ExcessUnits >= 1) yield return (s, Text["Do.Excess", Format.Number(s.ExcessUnits), Format.Date(s.LastSensible)], s.KeepingCost);
    }

    private async Task RefreshAsync()
    {
        _asked = true;
        await Forecasts.RefreshAsync();
    }

    private Task CancelAsync() => _progress is { } progress ? Forecasts.CancelAsync(progress) : Task.CompletedTask;
}
