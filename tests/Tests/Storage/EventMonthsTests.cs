using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>Events on a server lie by months, made before they are needed and given back when they are empty; a message is stored once all the same.</summary>
public class EventMonthsTests
{
    private const string Lie = "select distinct cast(tableoid::regclass as text) from events order by 1";

    private static async Task<TestStore> OpenAsync(TimeProvider? time = null)
    {
        Assert.SkipWhen(TestStore.Missing(Engine.Postgres) is not null, TestStore.Missing(Engine.Postgres) ?? "");
        return await TestStore.OpenAsync(Engine.Postgres, time: time);
    }

    private static Task<IReadOnlyList<string>> MonthsAsync(TestStore store) =>
        store.Database.QueryAsync<string>("select cast(inhrelid::regclass as text) from pg_inherits where inhparent = 'events'::regclass order by 1");

    [Fact]
    public async Task Each_event_lies_in_its_month_and_the_next_is_there_before_it_comes()
    {
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await OpenAsync(time);
        var ahead = store.Services.GetRequiredService<EventMonthsAhead>();
        Assert.True(await ahead.RunAsync());
        Assert.Equal(["events_p202603", "events_p202604", "events_pother"], await MonthsAsync(store));
        await store.Writer.AppendAsync([Make.Event("now"), Make.Event("old", at: Make.Noon.AddYears(-3)), Make.Event("ancient", at: Make.Noon.AddYears(-90)), Make.Event("wrong clock", at: Make.Noon.AddYears(4))]);
        Assert.Equal(["events_p202303", "events_p202603", "events_pother"], await store.Database.QueryAsync<string>(Lie));
        time.Advance(TimeSpan.FromDays(30));
        await ahead.RunAsync();
        Assert.Contains("events_p202605", await MonthsAsync(store));
        // What came too early goes to its month when that is made.
        time.Advance(TimeSpan.FromDays(4 * 365 - 40));
        await ahead.RunAsync();
        Assert.Equal("events_p203003", await store.Database.ScalarAsync<string>("select cast(tableoid::regclass as text) from events where message_id = 'wrong clock'"));
        Assert.Equal(4, await store.Database.ScalarAsync<long>("select count(*) from event_ids"));
    }

    [Fact]
    public async Task A_message_is_stored_once_whatever_its_time_and_again_after_it_was_removed()
    {
        await using var store = await OpenAsync();
        Assert.Equal(2, (await store.Writer.AppendAsync([Make.Event("m1"), Make.Event("m2", at: Make.Noon.AddMonths(-2))])).Stored);
        var again = await store.Writer.AppendAsync([Make.Event("m1", at: Make.Noon.AddMonths(-5)), Make.Event("m2"), Make.Event("m3")]);
        Assert.Equal([true, true, false], again.Duplicate);
        await store.RestartAsync();
        Assert.Equal(0, (await store.Writer.AppendAsync([Make.Event("m1", at: Make.Noon.AddSeconds(3))])).Stored);
        await store.Writer.ExclusiveAsync(session => session.RemoveMessagesAsync(["m1"]));
        Assert.Equal(1, (await store.Writer.AppendAsync([Make.Event("m1", at: Make.Noon.AddMonths(1))])).Stored);
    }

    [Fact]
    public async Task Two_servers_that_store_the_same_message_at_once_with_other_times_store_it_once()
    {
        await using var store = await OpenAsync();
        await store.Writer.AppendAsync([Make.Event("first")]);
        await using var first = await store.Services.GetRequiredService<IConnectionSource>().OpenAsync(default);
        await using var transaction = await first.BeginTransactionAsync();
        await using (var command = first.CreateCommand())
        {
            command.CommandText = """
                insert into events (message_id, received_at, occurred_at, user_id, type, name, source_id) values ('both', now(), now() - interval '40 days', '', 'track', 'Thing Done', 'other');
                insert into event_ids values (cast(md5('both') as uuid))
                """;
            await command.ExecuteNonQueryAsync();
        }
        // The other looks, finds nothing, and waits for the one who was first.
        var second = store.Writer.AppendAsync([Make.Event("both", at: DateTimeOffset.UtcNow), Make.Event("own", at: DateTimeOffset.UtcNow)]);
        await Task.Delay(300);
        Assert.False(second.IsCompleted);
        await transaction.CommitAsync();
        var stored = await second;
        Assert.Equal([true, false], stored.Duplicate);
        Assert.Equal(1, await store.Database.ScalarAsync<long>("select count(*) from events where message_id = 'both'"));
    }

    [Fact]
    public async Task A_past_month_is_dropped_when_it_is_empty_and_written_anew_when_most_of_it_went()
    {
        await using var store = await OpenAsync();
        var now = DateTimeOffset.UtcNow;
        var (two, three) = (EventMonths.Of(now.AddMonths(-2)), EventMonths.Of(now.AddMonths(-3)));
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 12_000).Select(i => Make.Event($"a{i}", at: two.AddMinutes(i), properties: $$"""{"text":"{{new string('x', 100)}}"}""")), Make.Event("b", at: three.AddDays(3)), Make.Event("now", at: now)]);
        var size = $"select pg_relation_size('{EventMonths.Name(two)}')";
        var before = await store.Database.ScalarAsync<long>(size);
        await store.Database.ExecuteAsync("delete from events where message_id = 'b' or message_id like 'a%' and message_id not like '%77'");

        Assert.True(await store.Services.GetRequiredService<Compaction>().RunAsync());

        Assert.DoesNotContain(EventMonths.Name(three), await MonthsAsync(store));
        Assert.Contains(EventMonths.Name(now), await MonthsAsync(store));
        Assert.True(await store.Database.ScalarAsync<long>(size) < before / 10);
        Assert.Equal(121, await store.Database.ScalarAsync<long>("select count(*) from events"));
        // Who still knows the month that went loses nothing.
        Assert.Equal(1, (await store.Writer.AppendAsync([Make.Event("late", at: three.AddDays(4)), Make.Event("a77", at: two)])).Stored);
        Assert.Equal(122, await store.Database.ScalarAsync<long>("select count(*) from events"));
    }

    [Fact]
    public async Task Events_of_an_older_store_are_laid_by_months_by_a_command_and_nothing_is_lost()
    {
        await using var store = await OpenAsync();
        // As a version before months left it.
        await store.Database.ExecuteAsync("""
            create table events_before (like events including defaults); drop table events; drop table event_ids; alter table events_before rename to events;
            create unique index events_message on events (message_id); create index events_user on events (user_id, occurred_at desc);
            """);
        await store.RestartAsync();
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 200).Select(i => Make.Event($"e{i}", at: Make.Noon.AddDays(-i))), Make.Event("o1", EventNames.OrderCompleted, revenue: 7m, order: "1")]);
        Assert.False(await store.Services.GetRequiredService<EventMonthsAhead>().RunAsync());
        var sum = "select cast(count(*) as text) || ' ' || cast(sum(('x' || left(md5(cast(e as text)), 8))::bit(32)::bigint) as text) from events e";
        var before = await store.Database.ScalarAsync<string>(sum);
        var (output, errors) = (new StringWriter(), new StringWriter());
        var command = new StoreCommand(store.Database, store.Services.GetRequiredService<Distribution>());
        Assert.Equal(0, await command.RunAsync(["months"], output, errors, default));
        Assert.Contains("201 events", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, await store.Database.ScalarAsync<string>(sum));
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select count(*) from events_pother"));
        // The writer that was open meanwhile goes on, and so does one that starts.
        Assert.Equal(1, (await store.Writer.AppendAsync([Make.Event("e7"), Make.Event("new", at: Make.Noon.AddDays(1))])).Stored);
        await store.RestartAsync();
        Assert.Equal(1, (await store.Writer.AppendAsync([Make.Event("e7"), Make.Event("new"), Make.Event("newer", at: Make.Noon.AddDays(2))])).Stored);
        Assert.Equal(0, await new StoreCommand(store.Database, store.Services.GetRequiredService<Distribution>()).RunAsync(["months"], output, errors, default));
        Assert.Contains("already", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(203, await store.Database.ScalarAsync<long>("select events from profiles where user_id = 'u1'"));
    }
}
