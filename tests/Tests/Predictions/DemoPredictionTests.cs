using System.Text;
using BehaviorDashboard.DemoShop;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Predictions;
using BehaviorDashboard.Testing;
using BehaviorDashboard.Tests.DemoShop;
using Microsoft.Extensions.Options;
using Xunit;

namespace BehaviorDashboard.Tests.Predictions;

/// <summary>Predictions beside the truth of the simulated shop, which knows everybody's chances.</summary>
public sealed class DemoPredictionTests(DemoPredictionTests.LearnedYear year) : IClassFixture<DemoPredictionTests.LearnedYear>
{
    /// <summary>How far below the area under the curve of the true chances the model may lie. The truth knows who has left for good and who was born to come often; the shop sees only what they did.</summary>
    private const double FromTheLimit = 0.05;

    [Theory, InlineData(PredictionKinds.Buy30, 30), InlineData(PredictionKinds.Buy7, 7)]
    public void Chances_to_order_are_calibrated_and_close_to_the_limit(string kind, int days)
    {
        var rows = year.Scores.Select(s => (Says: (kind == PredictionKinds.Buy30 ? s.Buy30 : s.Buy7)!.Value, Truth: year.Shop.Truth.BuyProbability(year.People[s.UserId], LearnedYear.Learned, days), Came: year.Bought(s.UserId, days) ? 1.0 : 0)).ToList();
        var (own, limit) = (new ChanceMetrics([.. rows.Select(r => r.Says)], [.. rows.Select(r => r.Came)]), new ChanceMetrics([.. rows.Select(r => r.Truth)], [.. rows.Select(r => r.Came)]));
        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: AUC {own.Auc():0.000} limit {limit.Auc():0.000} ECE {own.Ece():0.000} by chance {own.EceOfTruth(1):0.000} mean {rows.Average(r => r.Says):0.000} came {rows.Average(r => r.Came):0.000} true {rows.Average(r => r.Truth):0.000} n {rows.Count}");
        Assert.True(own.Auc() > limit.Auc() - FromTheLimit, $"{own.Auc():0.000} against {limit.Auc():0.000}");
        Assert.True(own.Ece() < 0.03, $"{own.Ece():0.000}");
        Assert.InRange(rows.Average(r => r.Says) / rows.Average(r => r.Truth), 0.75, 1.3);
    }

    [Fact]
    public void Who_is_gone_for_good_has_the_higher_churn_risk_and_those_who_will_spend_the_higher_value()
    {
        var customers = year.Scores.Where(s => s.Churn is not null).ToList();
        var gone = new ChanceMetrics([.. customers.Select(s => s.Churn!.Value)], [.. customers.Select(s => year.People[s.UserId].IsAlive(LearnedYear.Learned) ? 0.0 : 1)]);
        Assert.True(gone.Auc() > 0.65, $"{gone.Auc():0.000}");
        var valued = year.Scores.Where(s => s.Value30 is not null).ToList();
        var spent = valued.Select(s => year.Spent(s.UserId)).ToArray();
        Assert.InRange(valued.Sum(s => s.Value30!.Value) / spent.Sum(), 0.7, 1.4);
        Assert.True(FigureMetrics.Correlation([.. valued.Select(s => s.Value30!.Value)], spent) > 0.2);
    }

    [Fact]
    public void Those_who_mind_prices_more_have_the_higher_index()
    {
        var known = year.Scores.Where(s => s.PriceIndex is not null).ToList();
        var correlation = FigureMetrics.Correlation([.. known.Select(s => Math.Log(s.PriceIndex!.Value))], [.. known.Select(s => Math.Log(year.People[s.UserId].PriceSensitivity))]);
        Assert.True(correlation > 0.02, $"{correlation:0.000}");
    }

    /// <summary>Eleven months of the demo shop, learned from; the month after is known but not told.</summary>
    public sealed class LearnedYear : IAsyncLifetime
    {
        public const int Learned = 335;

        private readonly Dictionary<(string, int), double> _spent = [];

        public DemoYear Shop { get; } = DemoYear.Plain;

        public Dictionary<string, DemoPerson> People { get; } = [];

        public IReadOnlyList<PersonScore> Scores { get; private set; } = [];

        public bool Bought(string person, int days) => Enumerable.Range(Learned, days).Any(d => _spent.ContainsKey((person, d)));

        public double Spent(string person) => Enumerable.Range(Learned, 30).Sum(d => _spent.GetValueOrDefault((person, d)));

        public async ValueTask InitializeAsync()
        {
            var end = DemoYear.Clock.StartOf(DemoYear.First.AddDays(Learned));
            await using var w = await PredictionWorld.OpenAsync(Engine.DuckDb, end, DemoYear.Clock.Zone);
            var normalizer = new EventNormalizer(Options.Create(new IngestOptions()), Options.Create(new ShopOptions { Currency = "USD" }));
            foreach (var part in Shop.ByDay.Take(Learned).SelectMany(d => d).Chunk(5_000))
            {
                var rows = new List<ShopEvent>();
                foreach (var e in Shop.Sent(part)) normalizer.Normalize(Encoding.UTF8.GetBytes(e.GetRawText()), new Arrival(end, "demo"), rows);
                await w.Store.Writer.AppendAsync(rows);
            }
            for (var d = Learned; d < Learned + 30; d++)
                foreach (var order in Shop.Orders(d, 1)) _spent[(order.Who.UserId!, d)] = _spent.GetValueOrDefault((order.Who.UserId!, d)) + (double)order.Order.Revenue;
            foreach (var person in Shop.World.People) People[person.UserId] = person;
            foreach (var kind in PredictionKinds.All.Except([PredictionKinds.NextCategory])) await w.TrainAsync(kind, trials: 3, rows: 20_000);
            await w.Scorer.ScoreAllAsync();
            Scores = [.. (await w.Service.PageAsync(null, 100_000)).Where(s => People.ContainsKey(s.UserId))];
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
