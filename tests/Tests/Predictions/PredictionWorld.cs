using System.Globalization;
using BehaviorDashboard.Clusters;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Predictions;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace BehaviorDashboard.Tests.Predictions;

/// <summary>A store with the slices that predictions need, and a small shop whose regulars come back and whose browsers browse.</summary>
internal sealed class PredictionWorld(TestStore store, FakeTimeProvider time) : IAsyncDisposable
{
    public static readonly DateTimeOffset Begin = new(2025, 6, 1, 0, 0, 0, TimeSpan.Zero);

    public TestStore Store => store;

    public FakeTimeProvider Time => time;

    public HistoryStore History => store.Services.GetRequiredService<HistoryStore>();

    public TrainingService Training => store.Services.GetRequiredService<TrainingService>();

    public ModelRegistry Registry => store.Services.GetRequiredService<ModelRegistry>();

    public PredictionScorer Scorer => store.Services.GetRequiredService<PredictionScorer>();

    public PredictionService Service => store.Services.GetRequiredService<PredictionService>();

    public static async Task<PredictionWorld> OpenAsync(Engine engine, DateTimeOffset now, TimeZoneInfo? zone = null)
    {
        var time = new FakeTimeProvider(now);
        return new PredictionWorld(await TestStore.OpenAsync(engine, [new ProfilesModule(), new LearningModule(), new SegmentsModule(), new ClustersModule(), new PredictionsModule()], time,
            s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(time, zone ?? TimeZoneInfo.Utc))), time);
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    /// <param name="trials">Two are a line and trees: what a test of the road from events to scores needs.</param>
    public async Task<TrainingJob> TrainAsync(string kind, int trials = 2, int rows = 4_000)
    {
        await Training.QueueAsync(kind, $$"""{"trials":{{trials}},"rows":{{rows}},"snapshots":3}""");
        await Training.RunOpenAsync();
        return (await Training.JobsAsync(1))[0];
    }

    /// <summary>Half of the buyers return every few days, half seldom; everybody views a product the day before they buy.</summary>
    public async Task LiveAsync(int buyers, int days, int seed = 1, DateTimeOffset? until = null)
    {
        var (random, events) = (new Random(seed), new List<ShopEvent>());
        for (var i = 0; i < buyers; i++)
        {
            var (person, every, category) = (Person(i), i % 2 == 0 ? 12.0 : 60, i % 3 == 0 ? "Tea" : i % 3 == 1 ? "Cups" : "Pots");
            for (var day = random.NextDouble() * every; day < days; day += every * -Math.Log(1 - random.NextDouble()))
            {
                var (at, id) = (Begin.AddDays(day), $"{person}:{day.ToString("0.000", CultureInfo.InvariantCulture)}");
                var reduced = random.Next(3) == 0;
                events.Add(Event(id + "v", EventNames.ProductViewed, person, at.AddHours(-20), category, reduced ? 8 : 10));
                events.Add(Event(id + "o", EventNames.OrderCompleted, person, at, null, null, id, 20 + random.Next(20)));
                events.Add(Event(id + "l", EventNames.OrderCompleted, person, at, random.Next(5) == 0 ? "Pots" : category, reduced ? 8 : 10, id, null, EventTypes.Item));
            }
        }
        foreach (var part in events.Where(e => until is null || e.OccurredAt < until).OrderBy(e => e.OccurredAt).Chunk(2_000)) await store.Writer.AppendAsync([.. part]);
    }

    public static string Person(int i) => "p" + i.ToString("000", CultureInfo.InvariantCulture);

    public static ShopEvent Event(string id, string name, string person, DateTimeOffset at, string? category = null, decimal? price = null, string? order = null, decimal? revenue = null, string type = EventTypes.Track) => new()
    {
        MessageId = id, ReceivedAt = at, OccurredAt = at, Type = type, Name = name, SourceId = "test", UserId = person, Category = category, ProductId = category is null ? null : "product of " + category,
        Price = price, Quantity = category is null ? null : 1, OrderId = order, Revenue = revenue,
    };
}
