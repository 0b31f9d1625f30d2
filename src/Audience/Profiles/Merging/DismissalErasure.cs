using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Profiles;

/// <summary>Pairs of which somebody said that they are two.</summary>
internal sealed class DismissalErasure(Database database) : IPersonalData, IPersonalExport
{
    private const string Kind = "dismissals";
    private const string Naming = "from merge_dismissals where low = any(@Keys) or high = any(@Keys)";

    public async Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default) =>
        [new(Kind, await database.ScalarAsync<long>($"select count(*) {Naming}", new { Keys = SqlList.Of(person.Keys) }, cancel))];

    public Task EraseAsync(ErasedPerson person) => database.ExecuteAsync($"delete {Naming}", new { Keys = SqlList.Of(person.Keys) });

    // The other of the pair is somebody else: only that there was one is handed out.
    public async Task<IReadOnlyList<PersonalTable>> ExportAsync(ErasedPerson person, CancellationToken cancel = default) =>
        [await database.ReadAsync(session => PersonalRows.ReadAsync(session, Kind, $"select dismissed_at, dismissed_by {Naming}", person.Keys), cancel)];
}
