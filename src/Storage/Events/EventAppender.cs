using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>The engine-specific half of storing a commit: bulk insert and duplicate detection.</summary>
internal abstract class EventAppender
{
    /// <summary>Whether other nodes store events too.</summary>
    public virtual bool IsShared => false;

    /// <summary>Called once, before the first commit.</summary>
    public virtual Task PrepareAsync(Session session) => Task.CompletedTask;

    /// <summary>Which of these (ids distinct, one hash each) may be stored already and must be looked up.</summary>
    public virtual IReadOnlyList<ShopEvent> Suspects(IReadOnlyList<ShopEvent> events, IReadOnlyList<ulong> hashes) => events;

    /// <summary>The ids of those that are stored already.</summary>
    public abstract Task<HashSet<string>> FindStoredAsync(Session session, IReadOnlyList<ShopEvent> suspects);

    /// <summary>Makes sure that the store has a place for events of these times; before their transaction.</summary>
    public virtual Task MakeRoomAsync(Database database, IReadOnlyList<ShopEvent> events, DateTimeOffset now) => Task.CompletedTask;

    /// <summary>Writes events that are known to be new.</summary>
    public abstract Task InsertAsync(Session session, IReadOnlyList<ShopEvent> events);

    /// <summary>Stores rows that were stored before, such as those an import had taken the place of.</summary>
    /// <param name="rows">A select of <see cref="EventColumns.All"/>.</param>
    public virtual Task<int> PutBackAsync(Session session, string rows, object? arguments) => session.ExecuteAsync($"insert into events ({EventColumns.All}) {rows}", arguments);

    /// <summary>Takes events out, so that their messages can be stored again.</summary>
    /// <param name="which">Condition of the columns of <c>events</c>.</param>
    /// <returns>How many rows.</returns>
    public virtual Task<int> RemoveAsync(Session session, string which, object arguments) => session.ExecuteAsync($"delete from events where {which}", arguments);

    /// <summary>Fills the temporary table <c>profile_delta</c>.</summary>
    public abstract Task StageAsync(Session session, IReadOnlyCollection<ProfileDelta> deltas);

    /// <summary>
    /// Begins a transaction that stores events, beside those of other nodes; or <paramref name="alone"/>, between theirs, when it
    /// changes stored history.
    /// </summary>
    /// <returns>How often history was changed before, and this time included.</returns>
    public virtual Task<(long Before, long After)> EnterAsync(Session session, bool alone) => Task.FromResult((0L, 0L));

    /// <summary>Waits until no node is in a transaction that stores events; none begins one before this one ends.</summary>
    public virtual Task WaitAloneAsync(Session session) => Task.CompletedTask;

    /// <summary>Until the transaction ends no other node stores an order of one of these numbers.</summary>
    public virtual Task LockOrdersAsync(Session session, IReadOnlyCollection<string> numbers) => Task.CompletedTask;

    /// <summary>Until the transaction ends no other node adds to the rows of these keys, or makes some.</summary>
    public virtual Task LockAliasesAsync(Session session, IReadOnlyCollection<string> aliases) => Task.CompletedTask;

    /// <summary>Until the transaction ends no other node changes the rows of these people.</summary>
    public virtual Task LockPeopleAsync(Session session, IReadOnlyCollection<string> people) => Task.CompletedTask;

    /// <summary>Of keys whose rows were written, those that another node found to be somebody else's.</summary>
    public virtual Task<IReadOnlyList<string>> TakenAsync(Session session, IReadOnlyCollection<string> keys) => Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>The commit is durable.</summary>
    public virtual void Committed(IReadOnlyList<ulong> hashes) { }
}
