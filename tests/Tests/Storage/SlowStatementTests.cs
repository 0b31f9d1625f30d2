using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>What was slow is listed by its place in the program, with times and rows and without a value.</summary>
public class SlowStatementTests
{
    private const string Secret = "ann@shop.example";

    /// <summary>Two hundred thousand digests: beyond a millisecond on any machine, whatever a planner makes of the empty table.</summary>
    private const string Slow = "select count(*) from generate_series(1, 200000) as s(n) where md5(cast(n as text)) <> @Secret and not exists (select 1 from events where user_id = @Secret)";

    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static async Task<(TestStore Store, SlowStatements Statements)> OpenAsync(Engine engine, int milliseconds)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var store = await TestStore.OpenAsync(engine, settings: new Dictionary<string, string?> { ["Storage:SlowStatementMilliseconds"] = milliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        return (store, store.Services.GetRequiredService<SlowStatements>());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_statement_beyond_the_threshold_is_listed_and_others_are_not(Engine engine)
    {
        var (store, statements) = await OpenAsync(engine, 1);
        await using var _ = store;
        var raised = 0;
        using var subscription = statements.Changed.Subscribe(TimeSpan.Zero, () => Task.FromResult(Interlocked.Increment(ref raised)));
        for (var i = 0; i < 3; i++) await store.Database.ScalarAsync<long>(Slow, new { Secret });
        var rows = await store.Database.ReadAsync(session => session.QueryAsync<int>("select n from generate_series(1, 400000) as s(n) where md5(cast(n as text)) <> @Secret", new { Secret }));

        var mine = statements.List().Where(s => s.Name == $"{nameof(SlowStatementTests)}.{nameof(A_statement_beyond_the_threshold_is_listed_and_others_are_not)}").ToList();
        var counted = Assert.Single(mine, s => s.What == "select events");
        Assert.Equal((3L, null), (counted.Count, counted.Rows));
        Assert.True(counted.P50 >= TimeSpan.FromMilliseconds(1) && counted.P50 <= counted.P95 && counted.P95 <= counted.Longest);
        Assert.Equal(rows.Count, Assert.Single(mine, s => s.What == "select").Rows);
        Assert.DoesNotContain(Secret, System.Text.Json.JsonSerializer.Serialize(statements.List()), StringComparison.Ordinal);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref raised) > 0, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Below_the_threshold_nothing_is_listed()
    {
        var (store, statements) = await OpenAsync(Engine.DuckDb, 600_000);
        await using var _ = store;
        await store.Writer.AppendAsync([Make.Event("e1")]);
        await store.Database.ScalarAsync<long>(Slow, new { Secret });
        Assert.Empty(statements.List());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_fails_after_long_is_listed_too(Engine engine)
    {
        var (store, statements) = await OpenAsync(engine, 1);
        await using var _ = store;
        await Assert.ThrowsAnyAsync<Exception>(() => store.Database.ExecuteAsync("insert into profiles (user_id) select md5(cast(n as text)) from generate_series(1, 200000) as s(n) order by 1"));
        Assert.Contains(statements.List(), s => s.What == "insert profiles");
    }

    [Theory]
    [InlineData("select 1", "select")]
    [InlineData("with k as (select x from identities), l as materialized (select * from k) select extract(epoch from seen) from l join profiles p on p.a is distinct from b", "select identities, profiles")]
    [InlineData("insert into own_traits (user_id) values (@A) on conflict (user_id) do update set traits = 'taken from people'", "insert own_traits")]
    [InlineData("update profiles set a = d.a from (select unnest(@Users) as a) d where d.a = 'from x'", "update profiles")]
    [InlineData("delete from merges where kept = any(@Keys); delete from own_traits where user_id = any(@Keys)", "delete merges, own_traits")]
    [InlineData("select name from events where occurred_at >= @From group by name", "select events")]
    [InlineData("-- reads from nowhere\nselect a from generate_series(1, 5) s join Events on true", "select Events")]
    public void A_statement_is_named_by_what_it_touches(string sql, string what) => Assert.Equal(what, StatementName.What(sql));

    [Theory]
    [InlineData("/build/src/Storage/Events/ProfileStore.cs"), InlineData(@"C:\src\Storage\Events\ProfileStore.cs")]
    public void A_place_is_named_without_where_it_was_compiled(string file) => Assert.Equal("ProfileStore.ReadAsync", StatementName.Of(file, "ReadAsync"));
}
