using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Privacy;

/// <summary>
/// What shoppers did is removed after its days, of some people at a time, and their figures are counted anew from what is left:
/// orders, refunds and reviews.
/// </summary>
internal sealed class EventsRetention(PrivacyStore store, EventWriter writer, IOptions<PrivacyOptions> options) : IRetention
{
    private const int PeopleAtOnce = 5_000;

    public string Kind => "events";

    public int Days => options.Value.EventDays;

    public Task<long> DueAsync(DateTimeOffset before, CancellationToken cancel = default) => store.OldEventsAsync(before, cancel);

    public async Task<long> RemoveAsync(DateTimeOffset before, CancellationToken cancel = default)
    {
        long removed = 0;
        while (await store.PeopleOfOldEventsAsync(before, PeopleAtOnce, cancel) is { Count: > 0 } people)
        {
            var some = 0;
            await writer.ExclusiveAsync(async exclusive =>
            {
                some = await PrivacyStore.RemoveOldEventsAsync(exclusive, before, people);
                await exclusive.RecomputeAsync([.. people]);
                await exclusive.WantCompactionAsync();
            });
            removed += some;
        }
        var nobodys = 0;
        await writer.ExclusiveAsync(async exclusive => nobodys = await PrivacyStore.RemoveOldOfNobodyAsync(exclusive, before));
        return removed + nobodys;
    }
}
