using System.Threading.Channels;

namespace BehaviorDashboard.Events;

/// <summary>
/// Commits on their way from the writer's thread to one reader. They are kept from <see cref="Follow"/> on: in a process that
/// only carries a command out nobody reads, and a large import would stay in memory whole.
/// </summary>
public sealed class CommitQueue
{
    private readonly Channel<CommittedBatch?> _commits = Channel.CreateUnbounded<CommittedBatch?>(new UnboundedChannelOptions { SingleReader = true });
    private volatile bool _follows;

    public void Follow() => _follows = true;

    public void Add(CommittedBatch batch) => Write(batch);

    /// <summary>History was rewritten: the reader must begin anew.</summary>
    public void AddRewritten() => Write(null);

    /// <param name="batch">Null when history was rewritten.</param>
    public bool TryTake(out CommittedBatch? batch) => _commits.Reader.TryRead(out batch);

    public ValueTask<bool> WaitAsync(CancellationToken cancel) => _commits.Reader.WaitToReadAsync(cancel);

    private void Write(CommittedBatch? batch)
    {
        if (_follows) _commits.Writer.TryWrite(batch);
    }
}
