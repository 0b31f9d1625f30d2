using BehaviorDashboard.Contracts;
using BehaviorDashboard.Profiles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Privacy;

/// <summary>Anonymous people who were not seen for long are erased, many at once; their orders stay as nobody's.</summary>
internal sealed class AnonymousRetention(PrivacyStore store, IServiceScopeFactory scopes, IOptions<PrivacyOptions> options) : IRetention
{
    private const int AtOnce = 1_000;

    public string Kind => "anonymous";

    public int Days => options.Value.AnonymousDays;

    public Task<long> DueAsync(DateTimeOffset before, CancellationToken cancel = default) => store.AnonymousAsync(before, cancel);

    public async Task<long> RemoveAsync(DateTimeOffset before, CancellationToken cancel = default)
    {
        await using var scope = scopes.CreateAsyncScope();
        var erasure = scope.ServiceProvider.GetRequiredService<PersonErasure>();
        long removed = 0;
        while (await store.AnonymousKeysAsync(before, AtOnce, cancel) is { Count: > 0 } keys)
        {
            await erasure.EraseAsync(new ErasedPerson(keys[0], keys, null));
            removed += keys.Count;
        }
        return removed;
    }
}
