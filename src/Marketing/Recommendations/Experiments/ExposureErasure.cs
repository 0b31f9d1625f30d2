using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Recommendations;

/// <summary>What waits in memory to be written about an erased person is not written; the table's rows are counted and erased as such.</summary>
internal sealed class ExposureErasure(ExposureLog log) : IPersonalData
{
    public Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<PersonalRecords>>([]);

    public Task EraseAsync(ErasedPerson person)
    {
        log.Forget(person.Keys);
        return Task.CompletedTask;
    }
}
