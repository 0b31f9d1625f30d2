using BehaviorDashboard.Live;
using BehaviorDashboard.Look;

namespace BehaviorDashboard.LiveMetrics.Pages;

public sealed partial class Live
{
    private readonly List<(DateTimeOffset At, double? Value)> _points = [];
    private LiveSnapshot _snapshot = null!;
    private Subscription? _subscription;
    private EChart? _chart;
    private ChartModel _rate = null!;
    private string _window = "1h";
    private bool _wall;
    private DateTimeOffset _lastPoint;

    private KpiWindow Window => _snapshot.Windows[_window];

    private string Lead => Text["Lead." + _window, Format.Number(Window.Now.Orders), Format.Number(Window.Now.ActivePeople)];

    protected override void OnInitialized()
    {
        _snapshot = Feed.Snapshot();
        _points.Add((_snapshot.AsOf, _snapshot.EventsPerSecond));
        _lastPoint = _snapshot.AsOf;
        Draw();
        Nav.LocationChanged += OnLocation;
    }

    protected override void OnParametersSet() => ReadAddress();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) _subscription = Feed.Changed.Subscribe(TimeSpan.FromMilliseconds(250), () => InvokeAsync(RefreshAsync));
    }

    public void Dispose()
    {
        _subscription?.Dispose();
        Nav.LocationChanged -= OnLocation;
    }

    private async Task RefreshAsync()
    {
        _snapshot = Feed.Snapshot();
        if (_snapshot.AsOf - _lastPoint >= TimeSpan.FromSeconds(1))
        {
            _lastPoint = _snapshot.AsOf;
            _points.Add((_snapshot.AsOf, _snapshot.EventsPerSecond));
            if (_points.Count > 300) _points.RemoveAt(0);
            if (_chart is not null) await _chart.PushAsync([new ChartPoint(0, _snapshot.AsOf, _snapshot.EventsPerSecond)]);
        }
        StateHasChanged();
    }

    private void OnLocation(object? sender, Microsoft.AspNetCore.Components.Routing.LocationChangedEventArgs e)
    {
        ReadAddress();
        _ = InvokeAsync(StateHasChanged);
    }

    private void ReadAddress()
    {
        var key = RangeState.From(Nav.Uri, Clock, "1h").Key;
        _window = LiveWindows.Keys.Contains(key) ? key : "1h";
        _wall = Nav.Uri.Contains("wall=1", StringComparison.Ordinal);
    }

    private void Draw() => _rate = Charts.Time(Clock, Text["Time"], [new TimeSeries(Text["Rate"], [.. _points], Area: true)]);
}
