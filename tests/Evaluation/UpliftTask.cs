using System.Globalization;
using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Statistics;
using Sylvan.Data.Csv;

namespace BehaviorDashboard.Evaluation;

/// <summary>
/// A past randomised campaign from a CSV file with a header: what it did on the whole, whether the split can be believed, and
/// how well a ranking learned on one part of the people finds, on the other part, whom it moves. Columns that are neither arm,
/// outcome nor truth are features.
/// </summary>
internal static class UpliftTask
{
    public static EvaluationTask Task { get; } = new("uplift",
        "<file.csv> --arm <column> --outcome <column> [--control <arm value>] [--revenue <column>] [--truth <column of the true effect>] [--shares 0.5,0.5 (control first, then as printed)] [--ignore a,b] [--test 0.3] [--seed 1]", RunAsync);

    private static async Task RunAsync(Arguments arguments, Report report)
    {
        arguments.Allow("arm", "outcome", "control", "revenue", "truth", "shares", "ignore", "test", "seed");
        var path = arguments.Path(0, "a CSV file");
        string Need(string option) => arguments.Text(option) ?? throw new EvaluationException($"Name --{option}.");
        var (arm, outcome, revenue, truth) = (Need("arm"), Need("outcome"), arguments.Text("revenue"), arguments.Text("truth"));
        PastCampaign past;
        try
        {
            await using var csv = await CsvDataReader.CreateAsync(path);
            past = PastCampaign.Read(csv, new PastColumns(arm, [outcome, .. revenue is null ? Array.Empty<string>() : [revenue]], truth, arguments.Text("control"), arguments.Text("ignore")?.Split(',') ?? []));
        }
        catch (PastCampaignException problem)
        {
            throw new EvaluationException(problem.Message);
        }
        var shares = arguments.Text("shares")?.Split(',').Select(s => double.Parse(s, CultureInfo.InvariantCulture)).ToArray();
        if (shares is not null && shares.Length != past.Arms.Count) throw new EvaluationException($"--shares needs {past.Arms.Count} numbers, for {string.Join(", ", past.Arms)}.");
        report.Figure("people", past.Count);
        report.Figure("control", past.Arms[0]);
        var ratio = past.Ratio(shares);
        report.Figure("SRM p", ratio.P);
        report.Figure("SRM", ratio.IsWrong ? "wrong: the split is not what it was meant to be" : "fine");
        var whole = past.Compare();
        foreach (var c in whole)
        {
            var name = $"{c.Outcome} {c.Arm}";
            report.Figure($"{name} rate", c.Treated.Mean);
            report.Figure($"{name} control rate", c.Held.Mean);
            report.Figure($"{name} effect", c.Difference.Effect);
            report.Figure($"{name} interval", Text(c.Interval));
            report.Figure($"{name} p (BH)", c.AdjustedP);
            report.Figure($"{name} confidence sequence", Text(c.Band));
            report.Figure($"{name} verdict", c.Verdict switch { Verdict.Works => "works", Verdict.Hurts => "hurts", _ => "too early" });
        }
        Rank(past, arguments, report);
    }

    private static void Rank(PastCampaign past, Arguments arguments, Report report)
    {
        var seed = arguments.Number("seed") ?? 1;
        var test = double.Parse(arguments.Text("test") ?? "0.3", CultureInfo.InvariantCulture);
        var random = new Random(seed);
        var kept = Enumerable.Range(0, past.Count).Select(_ => random.NextDouble() < test).ToArray();
        var table = past.Table(0);
        if (table.Names.Count == 0)
        {
            report.Figure("Qini", "not measured: there are no features");
            return;
        }
        var (train, unseen) = (table.Where(i => !kept[i]), table.Where(i => kept[i]));
        var model = UpliftModel.Fit(train, seed);
        var scores = unseen.Rows.Select(r => model.Predict(r)).ToList();
        var rows = scores.Select((s, i) => new UpliftRow(s, unseen.Treated[i], unseen.Outcome[i])).ToList();
        var curve = UpliftCurve.Of(rows);
        report.Figure("learner", model.Learner);
        report.Figure("Qini", curve.Qini);
        report.Figure("AUUC", curve.Auuc);
        if (past.Truth is { } effects)
        {
            var known = Enumerable.Range(0, past.Count).Where(i => kept[i]).Select(i => effects[i]).ToList();
            var (ours, oracle) = (UpliftCurve.OfTruth(scores, known), UpliftCurve.OfTruth(known, known));
            report.Figure("true Qini", ours.Qini);
            report.Figure("true AUUC", ours.Auuc);
            report.Figure("Qini share of oracle", ours.Qini / oracle.Qini);
            report.Figure("AUUC share of oracle", ours.Auuc / oracle.Auuc);
            report.Baseline("oracle", "true Qini", oracle.Qini);
            report.Baseline("oracle", "true AUUC", oracle.Auuc);
            report.Baseline("oracle", "Qini", UpliftCurve.Of([.. known.Select((s, i) => new UpliftRow(s, unseen.Treated[i], unseen.Outcome[i]))]).Qini);
        }
        foreach (var d in UpliftCurve.Deciles(rows)) report.Figure($"decile {d.Number} effect", $"{Number(d.Effect.Value)} {Text(d.Effect)} ({d.Treated} treated, {d.Held} held)");
        foreach (var (name, value) in model.Validated.OrderByDescending(v => v.Value)) report.Baseline($"validation {name}", "Qini", value);
        var random2 = new Random(seed + 1);
        report.Baseline("random", "Qini", Enumerable.Range(0, 20).Average(_ => UpliftCurve.Of([.. rows.Select(r => r with { Score = random2.NextDouble() })]).Qini));
        var propensity = UpliftBaselines.Propensity(train);
        report.Baseline("propensity", "Qini", UpliftCurve.Of([.. unseen.Rows.Select((r, i) => new UpliftRow(propensity(r), unseen.Treated[i], unseen.Outcome[i]))]).Qini);
    }

    private static string Text(Interval i) => $"[{Number(i.Low)}, {Number(i.High)}]";

    private static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);
}
