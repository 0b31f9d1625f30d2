using BehaviorDashboard.DemoShop;
using BehaviorDashboard.Reviews;
using BehaviorDashboard.Tests.DemoShop;
using Xunit;

namespace BehaviorDashboard.Tests.Reviews;

/// <summary>The watch on the demo shop, whose truth is known: what is planted is found soon, and quiet days stay quiet.</summary>
public class SurgeTests(ITestOutputHelper output)
{
    private const double Budget = 0.5;
    private const int SurgeDay = 330;
    private const int QuietDays = 90;
    private const int ShopDays = 30;

    [Theory]
    [InlineData(7, 35)]
    [InlineData(8, 35)]
    [InlineData(9, 12)]
    [InlineData(10, 50)]
    [InlineData(11, 3)]
    public void A_planted_surge_is_noticed_within_ten_reviews_and_ninety_quiet_days_raise_at_most_one_alarm(int seed, int product)
    {
        var year = new DemoYear(seed, 1, new DemoIncidents(Reviews: new ReviewSurge(product, DemoYear.First.AddDays(SurgeDay), 7, 5)), SurgeDay + 7);
        var marks = Marks(year);
        var start = DemoYear.First.ToDateTime(TimeOnly.MinValue);
        var quiet = Live([.. marks.Where(m => m.Mark.OccurredAt < Instant(SurgeDay))], SurgeDay - QuietDays);
        var planted = marks.Where(m => m.Planted).ToList();
        var seen = Enumerable.Range(1, planted.Count).FirstOrDefault(n => Scan(marks, planted[n - 1].Mark.OccurredAt).Any(s => s.ProductId == planted[0].Mark.ProductId));

        output.WriteLine($"seed {seed}: {marks.Count} reviews, {marks.Count(m => m.Mark.OccurredAt >= Instant(SurgeDay - QuietDays) && m.Mark.OccurredAt < Instant(SurgeDay))} in 90 quiet days; false alarms {quiet.Count}; noticed at planted review {seen} of {planted.Count}");
        Assert.InRange(seen, 1, 10);
        Assert.True(quiet.Count <= 1, string.Join("; ", quiet.Select(s => $"{s.ProductId} {s.Topic} {s.Alarm.NoticedAt:d} {s.Alarm.Hits}/{s.Alarm.Reviews} usual {s.Alarm.Usual:F2}")));
        DateTimeOffset Instant(int day) => new(start.AddDays(day), TimeSpan.Zero);

        // Day after day as the product looks: an incident that is open keeps its product quiet.
        List<Surge> Live(List<(ReviewMark Mark, bool Planted)> reviews, int from)
        {
            var found = new List<Surge>();
            for (var day = from; day < SurgeDay; day++)
                found.AddRange(Scan(reviews, Instant(day + 1), found.Select(f => f.ProductId).ToHashSet()).Where(s => s.Alarm.NoticedAt >= Instant(from)));
            return found;
        }
    }

    [Fact]
    public void Steady_streams_raise_no_more_alarms_than_permitted_whatever_their_share()
    {
        var (alarms, runs) = (0, 0);
        foreach (var share in new[] { 0.05, 0.15, 0.4 })
            for (var seed = 0; seed < 20; seed++)
            {
                var random = new Random(seed);
                var marks = Enumerable.Range(0, 1_000).Select(i => new ReviewMark($"r{i}", "p" + i % 20, DateTimeOffset.UnixEpoch.AddHours(6 * i), random.NextDouble() < share, " quality ")).ToList();
                runs++;
                alarms += Look(marks, marks[^1].OccurredAt, _ => marks[^1].OccurredAt.AddDays(-QuietDays)).Count();
            }
        output.WriteLine($"{alarms} alarms in {runs} quiet quarters");
        Assert.True(alarms <= Budget * runs, $"{alarms} alarms in {runs} runs");
    }

    [Fact]
    public void Nothing_is_found_among_nothing_and_where_an_incident_is_open()
    {
        Assert.Empty(Look([], DateTimeOffset.UnixEpoch, _ => DateTimeOffset.MinValue));
        var bad = Enumerable.Range(0, 60).Select(i => new ReviewMark($"r{i}", "p", DateTimeOffset.UnixEpoch.AddHours(i), i > 40, " defect ")).ToList();
        Assert.NotEmpty(Look(bad, bad[^1].OccurredAt, _ => DateTimeOffset.MinValue));
        Assert.Empty(Look(bad, bad[^1].OccurredAt, _ => null));
    }

    private static List<Surge> Scan(List<(ReviewMark Mark, bool Planted)> marks, DateTimeOffset now, HashSet<string?>? open = null)
    {
        var known = marks.Where(m => m.Mark.OccurredAt <= now).Select(m => m.Mark).ToList();
        return [.. Look(known, now, p => open?.Contains(p) == true ? null : now.AddDays(p is null ? -ShopDays : -QuietDays))];
    }

    /// <summary>As the watch looks: the year counted, the reviews of every product, and those of the shop since 44 days.</summary>
    private static IEnumerable<Surge> Look(List<ReviewMark> marks, DateTimeOffset now, Func<string?, DateTimeOffset?> from)
    {
        var near = marks.Count == 0 ? now : now.AddDays(-ShopDays) - SurgeDetector.Apart;
        List<TopicCount> Topics(Func<ReviewMark, bool> of) => [.. ReviewTopics.All.Select(t => new TopicCount(t, marks.Count(m => of(m) && m.Bad && m.Topics.Contains($" {t} ", StringComparison.Ordinal))))];
        var year = new ReviewBase(marks.Count, marks.Count(m => m.Bad), marks.Count(m => m.OccurredAt > now.AddDays(-QuietDays)), Topics(_ => true), near, marks.Count(m => m.OccurredAt < near), Topics(m => m.OccurredAt < near));
        return SurgeScan.Of(year, marks, [.. marks.Where(m => m.OccurredAt >= near)], Budget, from);
    }

    private static List<(ReviewMark Mark, bool Planted)> Marks(DemoYear year) =>
        [.. year.Events.OfType<ProductReviewed>().OrderBy(r => r.At).Select((r, i) => (new ReviewMark($"r{i}", r.Product.Id, DateTimeOffset.FromUnixTimeMilliseconds(r.At), r.Rating <= 2, ReviewTopics.Of(r.Body)), r.Planted))];
}
