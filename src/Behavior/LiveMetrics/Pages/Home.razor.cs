using BehaviorDashboard.Look;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Components.Routing;

namespace BehaviorDashboard.LiveMetrics.Pages;

public sealed partial class Home
{
    private readonly CancellationTokenSource _gone = new();
    private CancellationTokenSource? _loading;
    private KpiReport? _report;
    private ChartModel? _revenue, _orders, _funnel;
    private string? _address;
    private string? _problem;

    private string? Lead => _report is null ? null : (string)Text["HomeLead", Format.Money(_report.Now.Revenue), Format.Number(_report.Now.Orders), Format.Number(_report.Now.ActivePeople)]!;

    protected override void OnInitialized() => Nav.LocationChanged += OnLocation;

    protected override Task OnParametersSetAsync() => Nav.Uri == _address ? Task.CompletedTask : LoadAsync();

    public void Dispose()
    {
        Nav.LocationChanged -= OnLocation;
        _gone.Cancel();
        _gone.Dispose();
        _loading?.Dispose();
    }

    private void OnLocation(object? sender, LocationChangedEventArgs e)
    {
        if (Nav.ToBaseRelativePath(e.Location).Split('?')[0].Length == 0) _ = InvokeAsync(LoadAsync);
    }

    /// <summary>A newer range replaces a question still running.</summary>
    private async Task LoadAsync()
    {
        _address = Nav.Uri;
        if (_loading is not null) await _loading.CancelAsync();
        using var mine = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token);
        _loading = mine;
        try
        {
            var range = RangeState.From(Nav.Uri, Clock, "30d");
            var report = await Kpis.ReportAsync(range.Range, range.Compare, mine.Token);
            (_report, _problem) = (report, null);
            Draw(report);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (StoreUnavailableException problem)
        {
            _problem = problem.Message;
        }
        finally
        {
            if (_loading == mine) _loading = null;
        }
        StateHasChanged();
    }

    private void Draw(KpiReport report)
    {
        var shift = report.Range.Length;
        var before = report.SeriesBefore.Select(p => p with { At = p.At + shift }).ToList();
        _revenue = Over(Text["Revenue"], p => (double)p.Revenue, ChartUnit.Money(report.Currency));
        _orders = Over(Text["Orders"], p => p.Orders, ChartUnit.Number);
        var v = report.Now;
        _funnel = Charts.Funnel(Text["Step"], Text["Sessions"], [(Text["Sessions"], v.Sessions), (Text["Carts"], v.Carts), (Text["Checkouts"], v.Checkouts), (Text["SessionsWithOrder"], v.SessionsWithOrder)]);

        ChartModel Over(string name, Func<KpiPoint, double> value, ChartUnit unit)
        {
            var lines = new List<TimeSeries> { new(name, [.. report.Series.Select(p => (p.At, (double?)value(p)))], Area: true) };
            if (before.Count > 0) lines.Add(new TimeSeries(Text["Before"], [.. before.Select(p => (p.At, (double?)value(p)))], Dashed: true));
            return Charts.Time(Clock, Text["Time"], lines, unit: unit);
        }
    }
}
