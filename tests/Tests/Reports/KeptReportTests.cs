using System.Globalization;
using BehaviorDashboard.Live;
using BehaviorDashboard.Reports;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Reports;

/// <summary>Reports that nobody waits for: worked out beside, once for all, one after the other, shown with their age, and forgotten when they must be.</summary>
public sealed class KeptReportTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly KeptReports _kept;
    private readonly KeptReport<string, string> _report;
    private readonly List<(string Key, TaskCompletionSource<string> Done)> _begun = [];

    public KeptReportTests()
    {
        _kept = new KeptReports(_time, NullLogger<KeptReports>.Instance, NullLogger<Signal>.Instance);
        _report = new KeptReport<string, string>(_kept, (key, cancel) =>
        {
            var done = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            cancel.Register(() => done.TrySetCanceled(cancel));
            lock (_begun) _begun.Add((key, done));
            return done.Task;
        });
    }

    public void Dispose() => _kept.Dispose();

    private int Begun
    {
        get { lock (_begun) return _begun.Count; }
    }

    [Fact]
    public async Task It_answers_at_once_and_all_who_ask_share_one_run()
    {
        Assert.Equal(new ReportView<string>(null, null, IsRunning: true, Failed: false), _report.Look("a"));
        var waiting = Enumerable.Range(0, 20).Select(_ => _report.ReadAsync("a")).ToList();
        _report.Refresh("a");
        await BeginsAsync(1);
        Assert.True(_report.Look("a").IsRunning);
        _time.Advance(TimeSpan.FromSeconds(40));
        await EndAsync(0, "first");
        Assert.All(await Task.WhenAll(waiting), r => Assert.Equal("first", r));
        Assert.Equal(new ReportView<string>("first", TimeSpan.FromSeconds(40), false, false), _report.Look("a"));
        Assert.Equal(1, Begun);
    }

    [Fact]
    public async Task An_old_one_is_shown_with_its_age_while_the_next_is_worked_out_and_a_young_one_is_left_alone()
    {
        await WorkAsync("a", "first");
        _time.Advance(KeptReports.FreshFor - TimeSpan.FromSeconds(1));
        Assert.False(_report.Look("a").IsRunning);
        Assert.Equal("first", await _report.ReadAsync("a"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new ReportView<string>("first", KeptReports.FreshFor, IsRunning: true, false), _report.Look("a"));
        // Nobody who waits is given the old one.
        var waiting = _report.ReadAsync("a");
        await BeginsAsync(2);
        Assert.False(waiting.IsCompleted);
        await EndAsync(1, "second");
        Assert.Equal("second", await waiting);
        Assert.Equal(("second", TimeSpan.Zero), (_report.Look("a").Report, _report.Look("a").Age));
        _report.Refresh("a");
        await BeginsAsync(3);
    }

    [Fact]
    public async Task Reports_are_worked_out_one_after_the_other_and_not_at_all_once_nobody_wants_them()
    {
        using var page = _report.Subscribe("c", () => Task.CompletedTask);
        _report.Look("a");
        await BeginsAsync(1);
        foreach (var key in new[] { "b", "c" }) _report.Look(key);
        var asked = _report.ReadAsync("d");
        await Task.Delay(50);
        Assert.Equal(1, Begun);
        await EndAsync(0, "x");
        await BeginsAsync(2);
        await EndAsync(1, "x");
        await BeginsAsync(3);
        await EndAsync(2, "x");
        await asked;
        // Whoever opened b went on before its turn came.
        lock (_begun) Assert.Equal(["a", "c", "d"], _begun.Select(b => b.Key).Order());
        Assert.Null(_report.Look("b").Report);
        await BeginsAsync(4);
    }

    [Fact]
    public async Task A_failure_is_told_leaves_the_last_report_and_is_tried_again_when_asked()
    {
        await WorkAsync("a", "first");
        var told = 0;
        using var page = _report.Subscribe("a", () =>
        {
            Interlocked.Increment(ref told);
            // As a page does.
            _report.Look("a");
            return Task.CompletedTask;
        });
        var waiting = _report.ReadAsync("b");
        await BeginsAsync(2);
        await EndAsync(1, new InvalidOperationException("gone"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
        _report.Refresh("a");
        await BeginsAsync(3);
        await EndAsync(2, new InvalidOperationException("gone"));
        await UntilAsync(() => Volatile.Read(ref told) > 0);
        Assert.Equal(("first", true, false), (_report.Look("a").Report, _report.Look("a").Failed, _report.Look("a").IsRunning));
        Assert.Equal(3, Begun);
        _time.Advance(TimeSpan.FromSeconds(20));
        _report.Look("a");
        await BeginsAsync(4);
        await EndAsync(3, "second");
        await UntilAsync(() => _report.Look("a") is { Report: "second", Failed: false });
    }

    [Fact]
    public async Task Only_so_many_are_kept_and_what_a_page_shows_stays()
    {
        using var page = _report.Subscribe("0", () => Task.CompletedTask);
        for (var i = 0; i < KeptReports.Most + 10; i++) await WorkAsync(i.ToString(CultureInfo.InvariantCulture), "x");
        Assert.Equal(KeptReports.Most, _kept.Count);
        Assert.Equal("x", _report.Look("0").Report);
        Assert.Equal("x", _report.Look("20").Report);
        Assert.Null(_report.Look("1").Report);
    }

    [Fact]
    public async Task What_is_forgotten_is_never_shown_again_even_by_a_run_that_began_before()
    {
        await WorkAsync("a", "names somebody");
        var told = 0;
        using var page = _report.Subscribe("a", () =>
        {
            Interlocked.Increment(ref told);
            return Task.CompletedTask;
        });
        _time.Advance(KeptReports.FreshFor);
        _report.Look("a");
        await BeginsAsync(2);
        var waiting = _report.ReadAsync("a");
        _kept.Forget();
        Assert.Null(_report.Look("a").Report);
        // It ends as if it had not heard that it should not.
        lock (_begun) _begun[1].Done.TrySetResult("names somebody");
        await BeginsAsync(3);
        Assert.Null(_report.Look("a").Report);
        await UntilAsync(() => Volatile.Read(ref told) > 0);
        await EndAsync(2, "names nobody");
        Assert.Equal("names nobody", await waiting);
    }

    [Fact]
    public async Task Where_events_were_taken_away_what_a_page_shows_is_worked_out_again_and_the_rest_dropped()
    {
        await WorkAsync("shown", "before");
        await WorkAsync("idle", "before");
        using var page = _report.Subscribe("shown", () =>
        {
            _report.Look("shown");
            return Task.CompletedTask;
        });
        _kept.Outdate();
        Assert.Equal(1, _kept.Count);
        await BeginsAsync(3);
        Assert.Equal("before", _report.Look("shown").Report);
        // Again while it is being worked out: it may have read what is gone.
        _kept.Outdate();
        await EndAsync(2, "between");
        _time.Advance(TimeSpan.FromSeconds(1));
        await BeginsAsync(4);
        await EndAsync(3, "after");
        await UntilAsync(() => _report.Look("shown") is { Report: "after", IsRunning: false });
    }

    [Fact]
    public async Task What_is_of_before_events_were_taken_away_is_shown_to_nobody_who_comes_after()
    {
        // Its page was left while it was worked out.
        _report.Look("left");
        await BeginsAsync(1);
        _kept.Outdate();
        await EndAsync(0, "words of before");
        Assert.Null(_report.Look("left").Report);
        await BeginsAsync(2);
        await EndAsync(1, "words of after");
        Assert.Equal("words of after", _report.Look("left").Report);

        // What a page shows goes when the next one cannot be worked out.
        using var page = _report.Subscribe("left", () => Task.CompletedTask);
        _kept.Outdate();
        Assert.Equal(new ReportView<string>("words of after", TimeSpan.Zero, true, false), _report.Look("left"));
        await BeginsAsync(3);
        await EndAsync(2, new InvalidOperationException("no"));
        Assert.Equal(new ReportView<string>(null, null, false, Failed: true), _report.Look("left"));
    }

    [Fact]
    public async Task Where_what_it_tells_of_changes_while_it_is_worked_out_another_run_follows()
    {
        using var page = _report.Subscribe("a", () =>
        {
            _report.Look("a");
            return Task.CompletedTask;
        });
        _report.Look("a");
        await BeginsAsync(1);
        _report.Renew("a");
        _report.Renew("a");
        await EndAsync(0, "before");
        _time.Advance(TimeSpan.FromSeconds(1));
        await BeginsAsync(2);
        await EndAsync(1, "after");
        await UntilAsync(() => _report.Look("a") is { Report: "after", IsRunning: false });
        Assert.Equal(2, Begun);
        // And where none is being worked out, one begins.
        _report.Renew("a");
        await BeginsAsync(3);
    }

    [Fact]
    public async Task The_work_is_nobodys_request_and_ends_with_the_product()
    {
        var seen = "";
        var languages = new KeptReport<string, string>(_kept, (_, _) => Task.FromResult(seen = CultureInfo.CurrentUICulture.Name));
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("zh-Hans");
        await languages.ReadAsync("a");
        Assert.NotEqual("zh-Hans", seen);
        var waiting = _report.ReadAsync("a");
        await BeginsAsync(1);
        await _kept.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.False(_report.Look("b").IsRunning);
    }

    [Fact]
    public void Whatever_many_do_at_once_one_is_worked_out_at_a_time_and_nothing_from_before_a_forgetting_is_seen() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3]).Array[40].Array[4].Sample(crowd =>
        {
            using var kept = new KeptReports(TimeProvider.System, NullLogger<KeptReports>.Instance, NullLogger<Signal>.Instance);
            var (epoch, running, most) = (0, 0, 0);
            var report = new KeptReport<int, StrongBox>(kept, async (key, cancel) =>
            {
                var began = new StrongBox(Volatile.Read(ref epoch));
                var now = Interlocked.Increment(ref running);
                if (now > most) most = now;
                await Task.Yield();
                if (key == 3) Thread.Sleep(1);
                Interlocked.Decrement(ref running);
                return key == 2 && began.Epoch % 2 == 1 ? throw new InvalidOperationException("odd") : began;
            });
            var right = true;
            Parallel.ForEach(crowd, new ParallelOptions { MaxDegreeOfParallelism = crowd.Length }, acts =>
            {
                foreach (var (act, key) in acts)
                {
                    var least = Volatile.Read(ref epoch);
                    switch (act)
                    {
                        case 0: report.Refresh(key); break;
                        case 1: kept.Outdate(); break;
                        case 2:
                            least = Interlocked.Increment(ref epoch);
                            kept.Forget();
                            if (report.Look(key).Report is { } seen && seen.Epoch < least) right = false;
                            break;
                        case 3 when key != 2:
                            report.ReadAsync(key).GetAwaiter().GetResult();
                            break;
                        default: report.Look(key); break;
                    }
                }
            });
            return right && most <= 1;
        }, iter: 200, threads: 1);

    private sealed record StrongBox(int Epoch);

    private async Task WorkAsync(string key, string result)
    {
        var number = Begun;
        _report.Look(key);
        await BeginsAsync(number + 1);
        await EndAsync(number, result);
    }

    private Task BeginsAsync(int number) => UntilAsync(() => Begun >= number);

    private Task EndAsync(int number, string result) => EndAsync(number, done => done.TrySetResult(result));

    private Task EndAsync(int number, Exception problem) => EndAsync(number, done => done.TrySetException(problem));

    private async Task EndAsync(int number, Action<TaskCompletionSource<string>> how)
    {
        (string Key, TaskCompletionSource<string> Done) one;
        lock (_begun) one = _begun[number];
        var (report, before) = (_report, _report.Look(one.Key));
        how(one.Done);
        await UntilAsync(() => report.Look(one.Key) is var now && (!now.IsRunning || Begun > number + 1 || now.Report != before.Report));
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; i < 1_000 && !holds(); i++) await Task.Delay(10);
        Assert.True(holds());
    }
}
