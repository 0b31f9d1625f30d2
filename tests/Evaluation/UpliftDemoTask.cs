using BehaviorDashboard.Campaigns;
using BehaviorDashboard.DemoShop;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Statistics;

namespace BehaviorDashboard.Evaluation;

/// <summary>
/// Campaigns in many simulated shops whose law is known. In each, half of the people are mailed with a discount, and every
/// day for a week somebody looks; in a second shop nobody is mailed though half are said to be, and somebody looks every hour.
/// Then a ranking learned from a year of mailings is judged by the true effect of people's next mail: against the order of the
/// true effects themselves (the oracle), and against what can be foreseen at all: the same trees fitted to the true effects of
/// the same people, which no shop knows, so that neither few outcomes nor their noise stand in the way.
/// </summary>
internal static class UpliftDemoTask
{
    private const int Day = 8;
    private const double Discount = 0.15;
    private static readonly DateOnly First = new(2025, 3, 3);
    private static readonly ShopClock Clock = new(TimeProvider.System, TimeZoneInfo.Utc);

    public static EvaluationTask Task { get; } = new("uplift-demo", "[--runs 200] [--seed 1] [--learn-scale 8 (times the demo's size; 0: only the runs)]", RunAsync);

    private static Task RunAsync(Arguments arguments, Report report)
    {
        arguments.Allow("runs", "seed", "learn-scale");
        var (runs, seed, scale) = (arguments.Number("runs") ?? 200, arguments.Number("seed") ?? 1, arguments.Number("learn-scale") ?? 8);
        var (covered, coveredSpend, alarms, alarmsSpend, wrong) = (0, 0, 0, 0, 0);
        for (var run = 0; run < runs; run++)
        {
            var (conversion, spend) = Covers(seed * 10_000 + run);
            if (conversion) covered++;
            if (spend) coveredSpend++;
            var (first, second, ratio) = FalseAlarm(seed * 10_000 + 5_000 + run);
            if (first) alarms++;
            if (second) alarmsSpend++;
            if (ratio) wrong++;
        }
        if (runs > 0)
        {
            report.Figure("runs", runs);
            report.Figure("conversion: truth inside at every look, share of runs", (double)covered / runs);
            report.Figure("revenue: truth inside at every look, share of runs", (double)coveredSpend / runs);
            report.Figure("conversion: false alarms, share of runs", (double)alarms / runs);
            report.Figure("revenue: false alarms, share of runs", (double)alarmsSpend / runs);
            report.Figure("sample ratio: false alarms, share of runs", (double)wrong / runs);
        }
        if (scale > 0) Learn(report, seed, scale);
        return System.Threading.Tasks.Task.CompletedTask;
    }

    /// <summary>Seven looks, one a day; the truth of each is the mean effect until then on exactly these people.</summary>
    private static (bool Conversion, bool Spend) Covers(int seed)
    {
        var simulation = new DemoSimulation(new DemoWorld(seed, First), Clock);
        for (var d = 0; d < Day; d++) simulation.NextDay();
        var people = simulation.World.People.Where(p => p.ArrivalDay < Day).ToList();
        var random = new Random(seed);
        var treated = people.Where(_ => random.Next(2) == 0).Select(p => p.UserId).ToHashSet();
        foreach (var person in treated) simulation.Expose(person, "c", Discount);
        var truth = new DemoTruth(simulation);
        var spent = people.ToDictionary(p => p.UserId, _ => 0.0);
        var (conversion, spend) = (true, true);
        for (var look = 1; look <= DemoCampaign.EffectDays; look++)
        {
            foreach (var order in simulation.NextDay().OfType<OrderCompleted>())
                if (order.Who.UserId is { } who && spent.ContainsKey(who)) spent[who] += (double)order.Order.Revenue;
            var effects = people.Select(p => truth.Effect(p, Day - 1, Discount, look)).ToList();
            var (c, s) = Bands(people.Select(p => (treated.Contains(p.UserId), spent[p.UserId])), look / (double)DemoCampaign.EffectDays);
            conversion &= c.Contains(effects.Average(e => e.Lift));
            spend &= s.Contains(effects.Average(e => e.SpendWith - e.SpendWithout));
        }
        return (conversion, spend);
    }

    /// <summary>Nobody is mailed: 168 looks, one an hour.</summary>
    private static (bool Conversion, bool Spend, bool Ratio) FalseAlarm(int seed)
    {
        var simulation = new DemoSimulation(new DemoWorld(seed, First), Clock);
        for (var d = 0; d < Day; d++) simulation.NextDay();
        var spent = simulation.World.People.Where(p => p.ArrivalDay < Day).ToDictionary(p => p.UserId, _ => 0.0);
        var random = new Random(seed);
        var treated = spent.Keys.Where(_ => random.Next(2) == 0).ToHashSet();
        var start = Clock.StartOf(simulation.World.DateOf(Day));
        var orders = new Queue<(long At, string Who, double Revenue)>(Enumerable.Range(0, DemoCampaign.EffectDays).SelectMany(_ => simulation.NextDay()).OfType<OrderCompleted>()
            .Where(o => o.Who.UserId is { } who && spent.ContainsKey(who)).OrderBy(o => o.At).Select(o => (o.At, o.Who.UserId!, (double)o.Order.Revenue)));
        var (conversion, spend) = (false, false);
        for (var hour = 1; hour <= 24 * DemoCampaign.EffectDays; hour++)
        {
            while (orders.TryPeek(out var next) && next.At <= start.AddHours(hour).ToUnixTimeMilliseconds()) spent[orders.Dequeue().Who] += next.Revenue;
            var (c, s) = Bands(spent.Select(p => (treated.Contains(p.Key), p.Value)), hour / (24.0 * DemoCampaign.EffectDays));
            conversion |= !c.Contains(0);
            spend |= !s.Contains(0);
        }
        return (conversion, spend, SampleRatio.Check([treated.Count, spent.Count - treated.Count], [1, 1]).IsWrong);
    }

    /// <summary>As the product judges: too few outcomes say nothing.</summary>
    private static (Interval Conversion, Interval Spend) Bands(IEnumerable<(bool Treated, double Spent)> people, double information)
    {
        var (t, h) = (people.Where(p => p.Treated).Select(p => p.Spent).ToList(), people.Where(p => !p.Treated).Select(p => p.Spent).ToList());
        if (Math.Min(t.Count(s => s > 0), h.Count(s => s > 0)) < ConfidenceSequence.LeastOutcomes) return (new Interval(0, double.NegativeInfinity, double.PositiveInfinity), new Interval(0, double.NegativeInfinity, double.PositiveInfinity));
        return (ConfidenceSequence.Band(MeanDifference.Of(ArmMoments.OfShare(t.Count(s => s > 0), t.Count), ArmMoments.OfShare(h.Count(s => s > 0), h.Count)), information),
            ConfidenceSequence.Band(MeanDifference.Of(ArmMoments.Of(t), ArmMoments.Of(h)), information));
    }

    private static void Learn(Report report, int seed, int scale)
    {
        const int Days = 366;
        var simulation = new DemoSimulation(new DemoWorld(seed, First, scale), Clock);
        var history = new DemoHistory();
        var (names, rows, treated, outcome, effect) = (DemoHistory.Names, new List<double[]>(), new List<bool>(), new List<double>(), new List<double>());
        var open = new List<(int Until, string Who, int Row, string Mailing)>();
        var bought = new Dictionary<string, List<int>>();
        var noticed = new HashSet<(string Who, string Mailing)>();
        for (var day = 0; day < Days; day++)
        {
            // A mailing goes out in the morning; what is known of people is what the days before told.
            var snapshot = day >= 30 && (day - 30) % 28 == 0 ? history.Snapshot(day) : null;
            var events = simulation.NextDay();
            foreach (var order in events.OfType<OrderCompleted>())
                if (order.Who.UserId is { } who) (bought.TryGetValue(who, out var list) ? list : bought[who] = []).Add(day);
            foreach (var mail in events.OfType<EmailEvent>().Where(e => e.Name == EmailEvent.Opened)) noticed.Add((mail.Who.UserId!, mail.Campaign.Id));
            history.Take(day, events);
            var past = new DemoTruth(simulation);
            if (snapshot is null || past.Campaigns is not { Count: > 0 } campaigns || campaigns[^1].Campaign.Date != simulation.World.DateOf(day)) continue;
            var mailing = campaigns[^1].Campaign;
            foreach (var (people, got) in new[] { (campaigns[^1].Treated, true), (campaigns[^1].Held, false) })
                foreach (var person in people)
                {
                    if (!snapshot.TryGetValue(person.UserId, out var features)) continue;
                    open.Add((day, person.UserId, rows.Count, mailing.Id));
                    rows.Add([.. features, mailing.Discount]);
                    treated.Add(got);
                    outcome.Add(0);
                    effect.Add(past.Effect(person, day, mailing.Discount).Lift);
                }
        }
        foreach (var (day, who, row, _) in open)
            if (bought.TryGetValue(who, out var days) && days.Any(d => d > day && d <= day + DemoCampaign.EffectDays)) outcome[row] = 1;
        var complete = open.Where(o => o.Until + DemoCampaign.EffectDays < Days).Select(o => o.Row).ToHashSet();
        var table = new UpliftTable([.. names, "discount"], rows, treated, outcome, [.. open.Select(o => noticed.Contains((o.Who, o.Mailing)))]).Where(complete.Contains);
        report.Figure("learning: people of past mailings", table.Count);
        report.Figure("learning: conversions of held-out people", Enumerable.Range(0, table.Count).Where(i => !table.Treated[i]).Sum(i => table.Outcome[i]));
        var model = UpliftModel.Fit(table, seed);
        var now = history.Snapshot(Days);
        var truth = new DemoTruth(simulation);
        var next = simulation.World.People.Where(p => now.ContainsKey(p.UserId)).ToList();
        var effects = next.Select(p => truth.Effect(p, Days - 1, Discount).Lift).ToList();
        double[] Row(DemoPerson p) => [.. now[p.UserId], Discount];
        var oracle = UpliftCurve.OfTruth(effects, effects);
        UpliftCurve Judge(Predictor predict) => UpliftCurve.OfTruth([.. next.Select(p => predict(Row(p)))], effects);
        var ours = Judge(model.Predict);
        var foreseen = Judge(UpliftBaselines.Foreseeable(table, [.. complete.Order().Select(r => effect[r])], seed));
        report.Figure("learner", model.Learner);
        report.Figure("Qini", ours.Qini);
        report.Figure("Qini share of oracle", ours.Qini / oracle.Qini);
        report.Figure("Qini share of what can be foreseen", ours.Qini / foreseen.Qini);
        report.Figure("AUUC share of oracle", ours.Auuc / oracle.Auuc);
        foreach (var (name, value) in model.Validated.OrderByDescending(v => v.Value)) report.Baseline($"validation {name}", "Qini", value);
        foreach (var (name, fitted) in UpliftBaselines.Learners(table, seed)) report.Baseline(name, "Qini share of oracle", Judge(fitted).Qini / oracle.Qini);
        report.Baseline("trees fitted to the true effects", "Qini share of oracle", foreseen.Qini / oracle.Qini);
        report.Baseline("oracle", "Qini", oracle.Qini);
        report.Baseline("random", "Qini", 0);
        report.Baseline("propensity", "Qini", Judge(UpliftBaselines.Propensity(table)).Qini);
    }
}
