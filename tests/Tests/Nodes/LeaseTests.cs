using BehaviorDashboard.Nodes;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Nodes;

/// <summary>Of many nodes one does the work; who lost it writes nothing more.</summary>
public class LeaseTests
{
    private const string Expire = "update leases set until_at = now() - interval '1 second'";

    [Fact]
    public async Task An_embedded_store_has_one_process_which_always_holds_it()
    {
        await using var store = await TestStore.OpenAsync(Engine.DuckDb);
        using var node = await StartAsync(store);
        Assert.True(node.Schedule.Held);
        var ran = false;
        await node.Schedule.WhileHeldAsync(_ => Task.FromResult(ran = true), CancellationToken.None);
        Assert.True(ran);
        await node.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task One_node_holds_it_and_gives_it_back_when_it_stops()
    {
        Assert.SkipWhen(TestStore.Missing(Engine.Postgres) is not null, TestStore.Missing(Engine.Postgres) ?? "");
        await using var store = await TestStore.OpenAsync(Engine.Postgres);
        using var first = await StartAsync(store);
        using var second = await StartAsync(store);
        Assert.Equal((true, false), (first.Schedule.Held, second.Schedule.Held));
        await first.StopAsync(CancellationToken.None);
        Assert.False(first.Schedule.Held);
        using var third = await StartAsync(store);
        // Either of the two that are left, and only one.
        for (var wait = 0; wait < 100 && !second.Schedule.Held && !third.Schedule.Held; wait++) await Task.Delay(50);
        Assert.NotEqual(second.Schedule.Held, third.Schedule.Held);
        await second.StopAsync(CancellationToken.None);
        await third.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Whoever_gets_it_back_before_having_noticed_that_it_was_lost_begins_anew_and_keeps_nobody_waiting()
    {
        using var lease = new Lease("work", TimeProvider.System, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var (begun, again) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lease.Share();
        lease.Hold("me", 1, TimeProvider.System.GetTimestamp());
        var working = lease.WhileHeldAsync(async ends =>
        {
            if (Interlocked.Increment(ref begun) == 2) again.SetResult();
            // What waits like this goes on right where the token is cancelled.
            var end = new TaskCompletionSource();
            await using var _ = ends.Register(end.SetResult);
            await end.Task;
        }, stop.Token);
        while (Volatile.Read(ref begun) == 0) await Task.Delay(10);
        // The store was away for longer than a term, and nobody else was there to take it.
        await Task.Run(() => lease.Hold("me", 2, TimeProvider.System.GetTimestamp())).WaitAsync(TimeSpan.FromSeconds(30));
        await again.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(await Task.Run(() => lease.Held).WaitAsync(TimeSpan.FromSeconds(30)));
        await stop.CancelAsync();
        await working;
        Assert.Equal(2, begun);
    }

    [Fact]
    public async Task Who_was_paused_until_another_took_over_writes_nothing()
    {
        Assert.SkipWhen(TestStore.Missing(Engine.Postgres) is not null, TestStore.Missing(Engine.Postgres) ?? "");
        await using var store = await TestStore.OpenAsync(Engine.Postgres);
        await store.Database.ExecuteAsync("create table written (by text)");
        using var first = await StartAsync(store);
        using var stop = new CancellationTokenSource();
        Node? second = null;
        Exception? refused = null;
        await first.Schedule.WhileHeldAsync(async _ =>
        {
            await store.Database.ExecuteAsync("insert into written values ('first')");
            await ExpireAsync(store);
            Task<Node> taking;
            // Another process knows nothing of this one's lease.
            using (ExecutionContext.SuppressFlow()) taking = Task.Run(() => StartAsync(store));
            second = await taking;
            refused = await Record.ExceptionAsync(() => store.Database.ExecuteAsync("insert into written values ('first again')"));
            await stop.CancelAsync();
        }, stop.Token);
        Assert.IsType<LeaseLostException>(refused);
        Assert.True(second!.Schedule.Held);
        Assert.Equal(["first"], await store.Database.QueryAsync<string>("select by from written"));
        await second.StopAsync(CancellationToken.None);
        second.Dispose();
        await first.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_clock_that_jumps_by_an_hour_moves_neither_a_lease_nor_the_time_of_its_node()
    {
        Assert.SkipWhen(TestStore.Missing(Engine.Postgres) is not null, TestStore.Missing(Engine.Postgres) ?? "");
        await using var store = await TestStore.OpenAsync(Engine.Postgres);
        var machine = new JumpingClock();
        var clock = new NodeClock(machine);
        using var first = await StartAsync(store, clock);
        using var second = await StartAsync(store);
        machine.Ahead = TimeSpan.FromHours(1);
        // Longer than the lease lasts, so that it had to be renewed.
        await Task.Delay(Lease.Length + TimeSpan.FromSeconds(3));
        Assert.Equal((true, false), (first.Schedule.Held, second.Schedule.Held));
        Assert.InRange((clock.GetUtcNow() - second.StoreTime).Duration().TotalSeconds, 0, 2);
        Assert.InRange(second.Skew.TotalSeconds, 0, 2);
        machine.Ahead = TimeSpan.FromHours(-1);
        await Task.Delay(Lease.Length + TimeSpan.FromSeconds(3));
        Assert.Equal((true, false), (first.Schedule.Held, second.Schedule.Held));
        Assert.InRange((clock.GetUtcNow() - second.StoreTime).Duration().TotalSeconds, 0, 2);
        // A node that starts on such a machine knows better before anything else of it runs.
        var late = new NodeClock(machine);
        Assert.InRange((second.StoreTime - late.GetUtcNow()).TotalMinutes, 59, 61);
        using var third = await StartAsync(store, late);
        Assert.InRange((late.GetUtcNow() - second.StoreTime).Duration().TotalSeconds, 0, 2);
        foreach (var node in (Node[])[first, second, third]) await node.StopAsync(CancellationToken.None);
    }

    [Fact]
    public void A_nodes_clock_stays_as_it_is_while_the_databases_may_be_the_same_and_follows_it_otherwise()
    {
        var machine = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var clock = new NodeClock(machine);
        var noon = clock.GetUtcNow();
        // Asked at noon, answered two seconds later: anything between is as good.
        var asked = clock.GetTimestamp();
        machine.Advance(TimeSpan.FromSeconds(2));
        clock.Follow(noon.AddSeconds(1), asked, clock.GetTimestamp());
        Assert.Equal(noon.AddSeconds(2), clock.GetUtcNow());
        // The database's cannot be ours: as far as must be, and on from there.
        clock.Follow(noon.AddSeconds(62), clock.GetTimestamp(), clock.GetTimestamp());
        Assert.Equal(noon.AddSeconds(62), clock.GetUtcNow());
        machine.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(noon.AddSeconds(67), clock.GetUtcNow());
        asked = clock.GetTimestamp();
        machine.Advance(TimeSpan.FromSeconds(1));
        clock.Follow(noon.AddSeconds(60), asked, clock.GetTimestamp());
        Assert.Equal(noon.AddSeconds(61), clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(-53), clock.MachineAhead);
    }

    /// <summary>A clock on the wall that somebody sets; the stop-watch goes on.</summary>
    private sealed class JumpingClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }

    private static async Task ExpireAsync(TestStore store)
    {
        await using var outside = new Npgsql.NpgsqlConnection(store.Postgres);
        await outside.OpenAsync();
        await using var expire = new Npgsql.NpgsqlCommand(Expire, outside);
        await expire.ExecuteNonQueryAsync();
    }

    private static async Task<Node> StartAsync(TestStore store, TimeProvider? time = null)
    {
        var node = new Node(store.Database, Options.Create(new NodesOptions()), time ?? TimeProvider.System, NullLogger<Node>.Instance);
        await node.StartAsync(CancellationToken.None);
        return node;
    }
}
