using BehaviorDashboard.Reviews.Ml;
using BehaviorDashboard.ServiceDesk;
using BehaviorDashboard.ServiceDesk.Ml;

namespace BehaviorDashboard.Evaluation;

/// <summary>What shoppers want, learnt from one file and judged by another; of one file a fifth of every intent is held. Calibration and the threshold of abstention come from the training part.</summary>
internal static class IntentsTask
{
    private const int Seed = 42;

    public static readonly EvaluationTask Task = new("intents", "<train.csv> [<test.csv>] | builtin <test.csv> [--text column] [--label column] [--lang en|zh] [--seed s]", RunAsync);

    private static Task RunAsync(Arguments arguments, Report report)
    {
        arguments.Allow("text", "label", "lang", "seed");
        var seed = arguments.Number("seed") ?? Seed;
        if (arguments.Paths is ["builtin", ..])
        {
            BuiltIn(arguments, report);
            return System.Threading.Tasks.Task.CompletedTask;
        }
        var train = Read(arguments, 0, "the training file");
        List<LabelledText> test;
        if (arguments.Paths.Count > 1) test = Read(arguments, 1, "the test file");
        else
        {
            var names = train.Select(t => t.Intent).Distinct().ToList();
            var of = IntentTrainer.Held([.. train.Select(t => names.IndexOf(t.Intent))], 5, seed);
            (train, test) = ([.. train.Where((_, i) => of[i] != 0)], [.. train.Where((_, i) => of[i] == 0)]);
        }
        var intents = train.Select(t => t.Intent).Distinct().Count();
        if (intents < 2) throw new EvaluationException($"{intents} intent in the training file: nothing to tell apart.");
        var language = arguments.Text("lang") ?? Most(train);
        var shape = IntentTrainer.Shape(language);
        var trained = IntentTrainer.Train(train, shape, seed);
        var quality = IntentTrainer.Judge(trained.Model, test);
        report.Figure("accuracy", quality.Accuracy);
        report.Figure("macro F1", quality.MacroF1);
        report.Figure("top-3 accuracy", quality.TopThree);
        report.Figure("threshold", trained.Model.Threshold);
        report.Figure("coverage", quality.Coverage);
        report.Figure("accuracy where sure", quality.SureAccuracy);
        report.Figure("intents", intents);
        report.Figure("training texts", train.Count);
        report.Figure("test texts", test.Count);
        var known = train.Select(t => t.Text.Trim().ToLowerInvariant()).ToHashSet();
        report.Figure("test texts that stand in the training part", test.Count(t => known.Contains(t.Text.Trim().ToLowerInvariant())));
        report.Figure("accuracy on validation", trained.Quality.Accuracy);
        Nearest(report, train, test, shape);
        return System.Threading.Tasks.Task.CompletedTask;
    }

    /// <summary>Names other collections give to intents the built-in model knows; what has none there is left out and counted.</summary>
    private static readonly Dictionary<string, string> SameAs = new()
    {
        ["change_shipping_address"] = "change_address", ["set_up_shipping_address"] = "change_address", ["check_invoice"] = "invoice", ["get_invoice"] = "invoice", ["check_payment_methods"] = "payment_issue",
        ["contact_customer_service"] = "human_agent", ["contact_human_agent"] = "human_agent", ["create_account"] = "account", ["delete_account"] = "account", ["edit_account"] = "account", ["switch_account"] = "account",
        ["recover_password"] = "account", ["registration_problems"] = "account", ["newsletter_subscription"] = "account", ["check_cancellation_fee"] = "cancel_order", ["delivery_options"] = "delivery_time",
        ["delivery_period"] = "delivery_time", ["get_refund"] = "refund_status", ["track_refund"] = "refund_status",
    };

    /// <summary>The model a shop begins with, on messages it knows nothing of.</summary>
    private static void BuiltIn(Arguments arguments, Report report)
    {
        var all = Read(arguments, 1, "the test file");
        var language = arguments.Text("lang") ?? Most(all);
        var model = IntentModels.StarterOf(language).Model;
        List<LabelledText> test = [.. all.Select(t => t with { Intent = SameAs.GetValueOrDefault(t.Intent, t.Intent) }).Where(t => model.Intents.Contains(t.Intent))];
        if (test.Count == 0) throw new EvaluationException($"No label of the file is an intent of the built-in model; those are {string.Join(", ", model.Intents)}.");
        var quality = IntentTrainer.Judge(model, test);
        report.Figure("accuracy", quality.Accuracy);
        report.Figure("macro F1", quality.MacroF1);
        report.Figure("top-3 accuracy", quality.TopThree);
        report.Figure("coverage", quality.Coverage);
        report.Figure("accuracy where sure", quality.SureAccuracy);
        report.Figure("language", language);
        report.Figure("test texts", test.Count);
        report.Figure("left out, of intents it does not know", all.Count - test.Count);
        report.Baseline("majority", "accuracy", test.GroupBy(t => t.Intent).Max(g => g.Count()) / (double)test.Count);
    }

    private static string Most(List<LabelledText> texts) =>
        texts.Take(500).Select(t => TextLanguage.Of(t.Text)).OfType<string>().GroupBy(l => l).MaxBy(g => g.Count())?.Key ?? TextLanguage.English;

    /// <summary>The intent whose mean vector is nearest by angle.</summary>
    private static void Nearest(Report report, List<LabelledText> train, List<LabelledText> test, TextShape shape)
    {
        var cut = train.Select(t => CutText.Of(t.Text, shape)).ToList();
        var vectorizer = Vectorizer.Learn(cut, shape, 1, int.MaxValue);
        var means = train.Select((t, i) => (t.Intent, Vector: vectorizer.Of(cut[i]))).GroupBy(t => t.Intent).Select(g =>
        {
            var mean = new double[vectorizer.Size];
            foreach (var (_, vector) in g)
                for (var i = 0; i < vector.Places.Length; i++) mean[vector.Places[i]] += vector.Values[i];
            var length = Math.Sqrt(mean.Sum(m => m * m));
            return (Intent: g.Key, Mean: mean.Select(m => m / Math.Max(length, 1e-12)).ToArray());
        }).ToList();
        var right = test.Count(t =>
        {
            var vector = vectorizer.Of(t.Text);
            return means.MaxBy(m => vector.Places.Select((p, i) => m.Mean[p] * vector.Values[i]).Sum()).Intent == t.Intent;
        });
        report.Baseline("nearest centroid", "accuracy", right / (double)test.Count);
        report.Baseline("majority", "accuracy", test.Count(t => t.Intent == train.GroupBy(x => x.Intent).MaxBy(g => g.Count())!.Key) / (double)test.Count);
    }

    private static List<LabelledText> Read(Arguments arguments, int place, string what) =>
        [.. LabelledFile.Read(arguments.Path(place, what), arguments.Text("text"), arguments.Text("label"), "intent").Select(l => new LabelledText(l.Text, l.Label))];
}
