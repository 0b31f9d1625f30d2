using BehaviorDashboard.Features;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Predictions;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Predictions;

/// <summary>Nothing that happened after an instant may be seen in the features of that instant.</summary>
public sealed class PointInTimeTests
{
    private const int Days = 200;
    private static readonly DateTimeOffset Past = PredictionWorld.Begin.AddDays(120);

    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    /// <summary>Differences between what is read with the whole history there and with only its past.</summary>
    private static async Task<int> DifferencesAsync(Engine engine, Func<PredictionWorld, Task<(List<string> People, LearningRows Rows)>> read)
    {
        await using var whole = await PredictionWorld.OpenAsync(engine, PredictionWorld.Begin.AddDays(Days));
        await using var past = await PredictionWorld.OpenAsync(engine, PredictionWorld.Begin.AddDays(Days));
        await whole.LiveAsync(60, Days);
        await past.LiveAsync(60, Days, until: Past);
        // Somebody who is known only later, and an order that comes only later.
        await whole.Store.Writer.AppendAsync([PredictionWorld.Event("late", "Order Completed", "late comer", Past.AddDays(3), order: "x", revenue: 5)]);
        var (a, b) = (await read(whole), await read(past));
        Assert.NotEmpty(a.People);
        return a.People.Except(b.People).Count() + b.People.Except(a.People).Count() + (a.Rows.Values.Length == b.Rows.Values.Length ? a.Rows.Values.Zip(b.Rows.Values).Count(v => !v.First.Equals(v.Second) && Math.Abs(v.First - v.Second) > 1e-4) : 1);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Features_are_the_same_whether_or_not_the_future_is_in_the_store(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        Assert.Equal(0, await DifferencesAsync(engine, async w =>
        {
            var (people, rows) = await w.History.FeaturesAsync(Past, null, default);
            return (people, SnapshotRows.Complete(rows));
        }));
    }

    [Fact]
    public async Task A_planted_leak_is_caught() => Assert.NotEqual(0, await DifferencesAsync(Engine.DuckDb, async w =>
    {
        // The running rows tell of today: as features of the past they leak.
        var table = await w.Store.Services.GetRequiredService<PersonVectors>().ReadAsync(["orders", "revenue"], "p.first_seen < @AsOf", Past);
        return ([.. table.People], new LearningRows(table.Keys, [.. Enumerable.Range(0, table.People.Count).SelectMany(i => table.Columns.Select(c => (float)c[i]))], new double[table.People.Count]));
    }));

    [Fact]
    public async Task Who_became_known_later_was_not_known_then()
    {
        await using var w = await PredictionWorld.OpenAsync(Engine.DuckDb, PredictionWorld.Begin.AddDays(Days));
        await w.Store.Writer.AppendAsync([
            Make.Event("1", "Product Viewed", user: null, anonymous: "device", at: Past.AddDays(-5)),
            Make.Event("2", "Order Completed", user: "later", anonymous: "device", at: Past.AddDays(5), order: "o", revenue: 3)]);
        Assert.Empty((await w.History.FeaturesAsync(Past, null, default)).People);
        Assert.Equal(["later"], (await w.History.FeaturesAsync(Past.AddDays(6), null, default)).People);
    }

    [Fact]
    public void Nothing_teaches_that_happened_after_the_judge_began()
    {
        foreach (var (horizon, step) in new[] { (7, 14), (30, 30), (90, 30) })
        {
            var plan = SnapshotPlan.Of(PredictionWorld.Begin, PredictionWorld.Begin.AddDays(365), horizon, step, 12)!;
            Assert.NotEmpty(plan.Teach);
            Assert.All(plan.Teach, t => Assert.True(t.AddDays(horizon) <= plan.Judge));
            Assert.Equal(PredictionWorld.Begin.AddDays(365), plan.Judge.AddDays(horizon));
        }
        Assert.Null(SnapshotPlan.Of(PredictionWorld.Begin, PredictionWorld.Begin.AddDays(40), 30, 30, 5));
    }
}
