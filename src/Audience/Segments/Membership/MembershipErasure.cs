using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Segments;

/// <summary>A person's stays in segments, past ones included.</summary>
internal sealed class MembershipErasure(Database database) : IPersonalData
{
    private const string Count = "select count(*) from segment_members where user_id = any(@Keys)";

    private const string Delete = "delete from segment_members where user_id = any(@Keys)";

    public async Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default) =>
        [new("stays", await database.ScalarAsync<long>(Count, new { Keys = SqlList.Of(person.Keys) }, cancel))];

    public Task EraseAsync(ErasedPerson person) => database.ExecuteAsync(Delete, new { Keys = SqlList.Of(person.Keys) });
}
