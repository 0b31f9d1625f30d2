using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>What pages, channels and workers ask of the outbox.</summary>
public sealed partial class SpreadTests
{
    private const int Live = 1;

    private static readonly CampaignSpec Mailing = new()
    {
        Holdout = 0.1, Steps = [new CampaignStep { Versions = [new CampaignVersion("A", 1, "Hello", "Hello")] }, new CampaignStep { WaitHours = 24, Versions = [new CampaignVersion("A", 1, "Again", "Again")] }],
    };

    private static Task FillOutboxAsync(TestStore store) => store.Database.WriteAsync(async session =>
    {
        var at = Make.Noon.AddDays(-6);
        var id = await CampaignStore.AddAsync(session, "Mailing", Mailing.ToJson(), new CampaignNote(at, "ann", "created", ""));
        await session.ExecuteAsync("update campaigns set status = 'live', started_at = @At, holdout = 0.1 where id = @Id", new { At = at, Id = id });
        var taken = Enumerable.Range(0, 40).Select(i => new Taken($"u{i}", AudienceService.RunEntry(at), i % 10 == 3 ? Assignment.Held : "A", null, at.AddMinutes(i), null)).ToList();
        await AudienceStore.FreezeAsync(session, id, taken, at);
        await session.ExecuteAsync("update campaign_messages set state = 'sent', attempts = 1, settled_at = case when user_id < 'u2' then due_at else cast(@At as timestamptz) end where user_id < 'u3'", new { At = at.AddHours(1) });
        await AudienceStore.AddMessagesAsync(session, id, [.. taken.Where(t => t.Arm == "A").Select(t => t with { DueAt = Make.Noon.AddHours(-1) })], 1);
    });

    private static IReadOnlyList<Question> OutboxQuestions(IServiceProvider services)
    {
        var (outbox, audience, database) = (services.GetRequiredService<OutboxStore>(), services.GetRequiredService<AudienceStore>(), services.GetRequiredService<Database>());
        var entry = AudienceService.RunEntry(Make.Noon.AddDays(-6));
        // What is claimed is given back, so that the next who asks finds it.
        async Task<object?> TakeAsync(Func<Task<IReadOnlyList<OutboxMessage>>> claim, Func<IReadOnlyList<OutboxMessage>, Task<object?>> use)
        {
            var claimed = await claim();
            if (claimed.Count == 0) throw new InvalidOperationException("Nothing was due.");
            var used = await use(claimed);
            await outbox.SettleAsync([.. claimed.Select(m => new Settled(m, "waiting", null, m.DueAt))], Make.Noon, _ => Task.CompletedTask);
            return new { Claimed = claimed.Select(m => (m.Id, m.Person, m.Email, m.MayWrite, m.Suppressed)).Select(m => m.ToString()), Used = used };
        }
        Task<IReadOnlyList<OutboxMessage>> ForOneAsync() => outbox.ClaimForAsync("u7", [Live], Make.Noon, default);
        Task<IReadOnlyList<OutboxMessage>> HandfulAsync() => outbox.ClaimAsync([Live], 20, Make.Noon, default);
        async Task<object?> WhoLeftAsync(IReadOnlyList<OutboxMessage> messages) => new
        {
            Ended = (await outbox.ExitsAsync(messages, EventNames.ProductViewed, Make.Noon.AddDays(-90), TimeSpan.Zero, Make.Noon, default)).Order(),
            Did = (await outbox.DidAsync(messages, EventNames.ProductViewed, Make.Noon, default)).Order(),
        };
        return
        [
            new("what is due for one person", Kind.OfOne, () => TakeAsync(ForOneAsync, _ => Task.FromResult<object?>(null))),
            new("whether one person left", Kind.OfOne, () => TakeAsync(ForOneAsync, WhoLeftAsync)),
            new("a handful of what is due", Kind.OfAll, () => TakeAsync(HandfulAsync, _ => Task.FromResult<object?>(null))),
            new("who of a handful left", Kind.OfAll, () => TakeAsync(HandfulAsync, WhoLeftAsync)),
            new("what a process that is gone held", Kind.OfAll, async () =>
            {
                await database.ExecuteAsync("update campaign_messages set state = 'sending', settled_at = @At where step = 1", new { At = Make.Noon.AddMinutes(-10) });
                var adopted = await outbox.OrphansAsync(Make.Noon.AddMinutes(-3), default);
                var states = await database.QueryAsync<string>("select state || ' ' || count(*) from campaign_messages where step = 1 group by state order by 1");
                await database.ExecuteAsync("update campaign_messages set state = 'waiting', settled_at = null, problem = null where step = 1");
                return (adopted, string.Join(',', states)).ToString();
            }),
            new("whose a message is", Kind.OfAll, async () => await outbox.OriginAsync(MessageId.Of(Live, "u7", entry, 0), default)),
            new("how messages stand", Kind.OfAll, async () => await outbox.CountsAsync(Live, default)),
            new("what was sent", Kind.OfAll, async () => await outbox.SentAsync((Make.Noon.AddDays(-30), ""), 10, default)),
            new("what was handed over last", Kind.OfAll, async () => (await outbox.LastHandedAsync(Live, default)).Select(m => m.Id)),
            new("who may be written to", Kind.Gathered, async () => await audience.FactsAsync(Live, [.. Enumerable.Range(0, 20).Select(i => $"u{i}")], [], Make.Noon.AddDays(-30), default)),
            new("what a campaign led to", Kind.Gathered, async () =>
            {
                var (_, arms, touch, _) = await services.GetRequiredService<EffectStore>().MeasureAsync(Live, Mailing, "USD", Make.Noon, default);
                return new { arms, touch };
            }),
        ];
    }
}
