using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Reports;

namespace BehaviorDashboard.Look;

/// <summary>
/// A page's hold on a report that is kept: shows what there is and hears when there is more. Dispose it with the page.
/// </summary>
/// <param name="changed">Called on any thread when there is something else to show: render inside InvokeAsync.</param>
public sealed class ReportWatch<TKey, TReport>(KeptReport<TKey, TReport> source, ShopClock clock, Func<Task> changed) : IReportWatch, IDisposable where TKey : notnull where TReport : class
{
    private Subscription? _subscription;
    private TKey _key = default!;
    private ReportView<TReport>? _view;

    /// <summary>Null: none yet.</summary>
    public TReport? Report => _view?.Report;

    public DateTimeOffset? AsOf { get; private set; }

    public bool IsRunning => _view?.IsRunning == true;

    public bool Failed => _view?.Failed == true;

    public bool IsMissing => Report is null;

    /// <summary>Takes what there is of it, and follows it from now on.</summary>
    public void Show(TKey key)
    {
        if (_subscription is null || !key.Equals(_key))
        {
            _subscription?.Dispose();
            _key = key;
            _subscription = source.Subscribe(key, changed);
        }
        Look();
    }

    /// <summary>Takes what there is now.</summary>
    public void Look()
    {
        _view = source.Look(_key);
        AsOf = _view.Age is { } age ? clock.Now - age : null;
    }

    public void Refresh()
    {
        source.Refresh(_key);
        Look();
    }

    /// <summary>What it tells of is another now.</summary>
    public void Renew()
    {
        source.Renew(_key);
        Look();
    }

    public void Dispose() => _subscription?.Dispose();
}
