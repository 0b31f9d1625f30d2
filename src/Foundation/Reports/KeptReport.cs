using BehaviorDashboard.Live;

namespace BehaviorDashboard.Reports;

/// <summary>One kind of report that is kept; see <see cref="KeptReports"/>.</summary>
/// <param name="work">Works it out. It belongs to nobody's request: no language, no user.</param>
public sealed class KeptReport<TKey, TReport>(KeptReports kept, Func<TKey, CancellationToken, Task<TReport>> work) where TKey : notnull where TReport : class
{
    /// <summary>What there is, at once. Where there is none, or an old one, a new one is begun.</summary>
    public ReportView<TReport> Look(TKey key) => kept.Look<TReport>(At(key), anew: false);

    /// <summary>Begins a new one, however young the last is.</summary>
    public void Refresh(TKey key) => kept.Look<TReport>(At(key), anew: true);

    /// <summary>What it tells of is another now: begins a new one, or lets one follow that is being worked out and may have read the old.</summary>
    public void Renew(TKey key) => kept.Renew(At(key));

    /// <summary>Waits for one that is not old: for whoever is no person in front of a page. Two who ask wait for one run.</summary>
    public async Task<TReport> ReadAsync(TKey key, CancellationToken cancel = default) => (TReport)await kept.ReadAsync(At(key), cancel);

    /// <summary>Calls back when it was worked out, could not be, or must be asked for again. Subscribe first, then <see cref="Look"/>.</summary>
    public Subscription Subscribe(TKey key, Func<Task> told) => kept.Subscribe(At(key), told);

    private KeptReports.Place At(TKey key) => new(this, key, async cancel => await work(key, cancel));
}
