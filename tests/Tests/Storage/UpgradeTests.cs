using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Quality;
using BehaviorDashboard.Reviews;
using BehaviorDashboard.Segments;
using BehaviorDashboard.ServiceDesk;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>A store of the first version, with rows, is opened by this one.</summary>
public class UpgradeTests
{
    private const string OldRows = """
        insert into events (message_id, received_at, occurred_at, user_id, type, name, revenue, rating, properties, source_id) values
            ('o1', '2025-01-02 10:00:00+00', '2025-01-02 10:00:00+00', 'ann', 'track', 'Order Completed', 20.5, null, '{"discount":"5"}', 'web'),
            ('r1', '2025-01-03 10:00:00+00', '2025-01-03 10:00:00+00', 'anon:x', 'track', 'Product Reviewed', null, 4, null, 'web'),
            ('n1', '2025-01-04 10:00:00+00', '2025-01-04 10:00:00+00', null, 'track', 'Order Completed', 7, null, null, 'web');
        insert into identities (alias, user_id, kind, since) values ('anon:x', 'ann', 'seen together', '2025-01-03 10:00:00+00');
        insert into profiles (user_id, is_known, first_seen, last_seen, events, sessions, page_views, product_views, searches, cart_adds, checkouts, orders, units, refunds, reviews, rating_sum, revenue, refunded, traits, email)
        values ('ann', true, '2025-01-02 10:00:00+00', '2025-01-03 10:00:00+00', 2, 2, 0, 0, 0, 0, 0, 1, 1, 0, 1, 4, 20.5, 0, '{"email":"Ann@shop.example"}', 'Ann@shop.example')
        """;

    [Theory, InlineData(Engine.DuckDb), InlineData(Engine.Postgres)]
    public async Task Everything_in_a_store_of_the_first_version_is_there_after_the_upgrade(Engine engine)
    {
        await UpgradeAsync(engine, [new ProfilesModule(), new SegmentsModule(), new QualityModule()], OldRows, async store =>
        {
            Assert.Equal(3, await store.Database.ScalarAsync<long>("select count(*) from events"));
            Assert.Equal("n1", await store.Database.ScalarAsync<string>("select message_id from events where user_id = ''"));
            Assert.Equal("Ann@shop.example", await store.Database.ScalarAsync<string>("select traits ->> 'email' from profiles where user_id = 'ann'"));
            // What later versions count was counted from what was there.
            Assert.Equal(1, await store.Database.ScalarAsync<long>("select discounted_orders from profiles where user_id = 'ann' and rated = 1 and last_rating = 4"));
            Assert.Equal("ann@shop.example", await store.Database.ScalarAsync<string>("select words from people_search where user_id = 'ann'"));
            var again = await store.Writer.AppendAsync([Make.Event("o1", user: "ann"), Make.Event("n1", user: null), Make.Event("o2", user: null, anonymous: "x")]);
            Assert.Equal(1, again.Stored);
            Assert.Equal(3, await store.Database.ScalarAsync<long>("select events from profiles where user_id = 'ann'"));
        });
    }

    [Theory, InlineData(Engine.DuckDb), InlineData(Engine.Postgres)]
    public async Task Messages_of_the_first_version_are_found_by_their_person_and_none_is_written_twice(Engine engine)
    {
        var entry = AudienceService.RunEntry(Make.Noon);
        await UpgradeAsync(engine, Road.Modules(), $"""
            insert into campaigns (id, name, status, archived, spec, version, created_at, updated_at) values (1, 'Old', 'live', false, '{new CampaignSpec().ToJson()}', 1, '2025-01-02 10:00:00+00', '2025-01-02 10:00:00+00');
            insert into campaign_messages (id, campaign_id, user_id, entry, step, arm, state, due_at, attempts) values ('{MessageId.Of(1, "ann", entry, 0)}', 1, 'ann', '{entry}', 0, 'A', 'waiting', '2025-01-02 10:00:00+00', 0)
            """, async store =>
        {
            await store.Database.WriteAsync(session => AudienceStore.AddMessagesAsync(session, 1, [new Taken("ann", entry, "A", null, Make.Noon, null), new Taken("bob", entry, "A", null, Make.Noon, null)], 0));
            var outbox = store.Services.GetRequiredService<OutboxStore>();
            Assert.Equal(2, (await outbox.CountsAsync(1, default)).Waiting);
            Assert.Equal("ann", Assert.Single(await outbox.ClaimForAsync("ann", [1], Make.Noon, default)).Person);
        });
    }

    [Theory, InlineData(Engine.DuckDb), InlineData(Engine.Postgres)]
    public async Task Reviews_and_conversations_of_the_first_version_are_their_persons_or_nobodys(Engine engine) => await UpgradeAsync(engine, Road.Modules(), """
        insert into events (message_id, received_at, occurred_at, user_id, type, name, product_id, rating, properties, source_id) values
            ('r1', '2025-01-03 10:00:00+00', '2025-01-03 10:00:00+00', 'anon:x', 'track', 'Product Reviewed', 'cup', 4, '{"review_body":"good"}', 'web'),
            ('r2', '2025-01-03 11:00:00+00', '2025-01-03 11:00:00+00', null, 'track', 'Product Reviewed', 'cup', 1, '{"review_body":"bad"}', 'web');
        insert into identities (alias, user_id, kind, since) values ('anon:x', 'ann', 'seen together', '2025-01-03 10:00:00+00');
        insert into reviews (review_id, user_id, product_id, occurred_at, received_at, rating, body, topics) values
            ('r1', 'ann', 'cup', '2025-01-03 10:00:00+00', '2025-01-03 10:00:00+00', 4, 'good', ' '), ('r2', null, 'cup', '2025-01-03 11:00:00+00', '2025-01-03 11:00:00+00', 1, 'bad', ' ');
        insert into conversations (id, external_id, user_id, channel, subject, status, opened_at, updated_at, due_at, intent_sure, complaint, value) values
            (1, 'c1', 'ann', 'api', 'One', 'open', '2025-01-03 10:00:00+00', '2025-01-03 10:00:00+00', '2025-01-03 18:00:00+00', false, false, 0),
            (2, 'c2', null, 'api', 'Two', 'open', '2025-01-03 10:00:00+00', '2025-01-03 10:00:00+00', '2025-01-03 18:00:00+00', false, true, 0);
        insert into conversation_messages (id, conversation_id, user_id, sent_at, author, body) values (1, 1, 'ann', '2025-01-03 10:00:00+00', 'shopper', 'One'), (2, 2, null, '2025-01-03 10:00:00+00', 'shopper', 'Two')
        """, async store =>
    {
        var reviews = store.Services.GetRequiredService<ReviewService>();
        await store.Services.GetRequiredService<ReviewKeeper>().PassAsync();
        Assert.Equal(["r1 ann", "r2 "], (await reviews.PageAsync(new ReviewQuery())).Reviews.Select(r => $"{r.ReviewId} {r.UserId}").Order());
        Assert.Equal(2, await store.Database.ScalarAsync<long>("select count(*) from reviews"));
        var desk = store.Services.GetRequiredService<ConversationService>();
        foreach (var (id, who, subject) in new[] { (1, "ann", "One"), (2, null, "Two") })
        {
            var conversation = (await desk.FindAsync(id))!;
            Assert.Equal((who, subject), (conversation.UserId, Assert.Single(await desk.MessagesAsync(conversation)).Body));
        }
        Assert.Empty(await store.Services.GetRequiredService<ConversationStore>().ComplainingAsync(default));
    });

    /// <param name="rows">Written by SQL into a store that holds the first file of every module.</param>
    private static async Task UpgradeAsync(Engine engine, IModule[] modules, string rows, Func<TestStore, Task> then)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var folder = Directory.CreateTempSubdirectory("behavior-old-").FullName;
        var postgres = engine == Engine.Postgres ? await TestStore.CreateDatabaseAsync() : null;
        try
        {
            IEnumerable<Migration> first;
            await using (var newest = await TestStore.OpenAsync(Engine.DuckDb, modules, more: s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(TimeProvider.System, TimeZoneInfo.Utc))))
                first = [.. newest.Services.GetServices<MigrationSource>().SelectMany(s => s.Read()).Where(m => m.Number == 1)];
            await using (IConnectionSource source = postgres is null ? new DuckDbConnections(new StorageOptions { Folder = folder }) : new PostgresConnections(postgres))
            {
                var old = new Database(source);
                Assert.True(await new Migrator(old, first, TimeProvider.System).MigrateAsync() > 3);
                await old.ExecuteAsync(rows);
            }
            await using var store = await TestStore.OpenAsync(Engine.DuckDb, modules, more: s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(TimeProvider.System, TimeZoneInfo.Utc)), keepIn: folder,
                settings: postgres is null ? null : new Dictionary<string, string?> { ["Storage:Postgres"] = postgres });
            await then(store);
        }
        finally
        {
            if (postgres is not null) await TestStore.DropDatabaseAsync(postgres);
            Directory.Delete(folder, recursive: true);
        }
    }
}
