using System.Security.Cryptography;
using System.Text;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Recommendations;

/// <summary>
/// What waits in memory to be written about an erased person is not written, here and in other processes, which are told by a
/// hash; the table's rows are counted and erased as such.
/// </summary>
internal sealed class ExposureErasure(ExposureLog log, RecommendationStore store, TimeProvider time) : IPersonalData
{
    public Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<PersonalRecords>>([]);

    public async Task EraseAsync(ErasedPerson person)
    {
        log.Forget(person.Keys);
        await store.AddForgottenAsync([.. person.Keys.Select(Hash)], time.GetUtcNow());
    }

    public static string Hash(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"recommendation-forgotten:{key}")));
}
