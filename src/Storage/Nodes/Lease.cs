using BehaviorDashboard.Storage;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Nodes;

/// <summary>
/// Work that one node does for all. It is held until the time it was last renewed for has passed on this machine's own
/// stop-watch, so that no clock that jumps matters here; the end in the store is by the database's clock. Before the node has
/// started, and where the store admits one process, it is always held.
/// </summary>
public sealed class Lease(string name, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly AsyncLocal<Fence?> Fenced = new();
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);
    private readonly Lock _gate = new();
    private Fence? _fence;
    private long _renewed;
    private bool _shared;
    private CancellationTokenSource _lost = new();
    private TaskCompletionSource _got = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => name;

    /// <summary>How long it lasts without being renewed.</summary>
    public static TimeSpan Length { get; } = TimeSpan.FromSeconds(8);

    public bool Held
    {
        get { lock (_gate) return !_shared || (_fence is not null && time.GetElapsedTime(_renewed) < Length); }
    }

    /// <summary>
    /// Does <paramref name="work"/> while the lease is held, each time from its beginning. Its token ends with the lease, and
    /// what it writes is written only as long as no other node has it (<see cref="LeaseLostException"/>).
    /// </summary>
    public async Task WhileHeldAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        await Task.Yield();
        while (!stopping.IsCancellationRequested)
        {
            var (fence, lost, got) = Standing();
            if (_shared && fence is null)
            {
                await got.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }
            using var both = CancellationTokenSource.CreateLinkedTokenSource(stopping, lost);
            Fenced.Value = fence;
            try
            {
                await work(both.Token);
                if (!both.IsCancellationRequested) return;
            }
            catch (Exception problem) when (lost.IsCancellationRequested && problem is OperationCanceledException or LeaseLostException)
            {
                // Another node goes on; this one waits for its turn.
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                // Such as a store that goes away just when the work begins.
                logger.LogError(problem, "Work of the lease '{Lease}' ended; it begins again in {Seconds} seconds.", name, Again.TotalSeconds);
                await Task.Delay(Again, time, both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            finally
            {
                Fenced.Value = null;
            }
        }
    }

    public void Dispose() => _lost.Dispose();

    /// <summary>Called at the beginning of every transaction.</summary>
    internal static Task CheckAsync(Session session) => Fenced.Value is { } fence ? fence.CheckAsync(session) : Task.CompletedTask;

    /// <summary>From now on the store says who has it.</summary>
    internal void Share()
    {
        lock (_gate) _shared = true;
    }

    /// <param name="asked">Stop-watch when the store was asked.</param>
    internal void Hold(string holder, long term, long asked)
    {
        CancellationTokenSource? lost = null;
        lock (_gate)
        {
            _renewed = asked;
            if (_fence?.Term == term) return;
            if (_fence is not null) lost = _lost;
            _fence = new Fence(name, holder, term);
            _lost = new CancellationTokenSource();
            _got.TrySetResult();
        }
        End(lost);
    }

    internal void Lose()
    {
        CancellationTokenSource lost;
        lock (_gate)
        {
            if (_fence is null) return;
            (_fence, lost) = (null, _lost);
            _got = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        End(lost);
    }

    // Not under the lock, and not in the caller's turn: what ends goes on right there, and looks at the lease that there is by now.
    private static void End(CancellationTokenSource? lost) => _ = lost?.CancelAsync();

    private (Fence? Fence, CancellationToken Lost, Task Got) Standing()
    {
        lock (_gate) return (_fence, _lost.Token, _got.Task);
    }

    private sealed record Fence(string Name, string Holder, long Term)
    {
        // A holder that was paused in the middle must not keep the next one waiting for ever.
        private const string Patience = "set local idle_in_transaction_session_timeout = '20s'";

        private const string Mine = "select term from leases where name = @Name and holder = @Holder and term = @Term for key share";

        public async Task CheckAsync(Session session)
        {
            await session.ExecuteAsync(Patience);
            if (await session.ScalarAsync<long?>(Mine, new { Name, Holder, Term }) is null) throw new LeaseLostException(Name);
        }
    }
}
