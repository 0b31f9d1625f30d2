using BehaviorDashboard.Forecasting.Ml;

namespace BehaviorDashboard.Evaluation;

/// <summary>The M4 competition's series of one frequency, scored as it scores them, Naive2 recomputed on the same files.</summary>
internal static class M4Task
{
    /// <summary>By the file's name: the frequency of the scores, and the seasons worth looking for.</summary>
    private static readonly (string Name, int Frequency, int[] Seasons)[] Known =
    [
        ("hourly", 24, [24, 168]), ("daily", 1, [7]), ("weekly", 1, [52]), ("monthly", 12, [12]), ("quarterly", 4, [4]), ("yearly", 1, [1]),
    ];

    public static readonly EvaluationTask Task = new("m4", "<train.csv> <test.csv> [--frequency f] [--season s]", RunAsync);

    private static Task RunAsync(Arguments arguments, Report report)
    {
        arguments.Allow("frequency", "season");
        var path = arguments.Path(0, "the training file");
        var (train, test) = (WideFile.Read(path), WideFile.Read(arguments.Path(1, "the test file")));
        var known = Known.FirstOrDefault(k => Path.GetFileName(path).Contains(k.Name, StringComparison.OrdinalIgnoreCase));
        var season = arguments.Number("season");
        if (known.Name is null && season is null) throw new EvaluationException("The file's name does not say its frequency: give --season, and --frequency where scores use one.");
        var frequency = arguments.Number("frequency") ?? (known.Name is null ? 1 : known.Frequency);
        int[] seasons = season is { } given ? [given] : known.Seasons;
        var byName = test.ToDictionary(t => t.Name, t => t.Values);
        if (train.FirstOrDefault(t => !byName.ContainsKey(t.Name)) is { } missing) throw new EvaluationException($"The test file has no series {missing.Name}.");
        var horizon = test.Min(t => t.Values.Length);
        if (train.FirstOrDefault(t => t.Values.Length < horizon + ForecastPool.Fewest) is { } shortOne) throw new EvaluationException($"Series {shortOne.Name} has fewer than {horizon + ForecastPool.Fewest} values.");
        var series = train.Select(t => t.Values.Where(double.IsFinite).ToArray()).ToList();
        var actual = train.Select(t => byName[t.Name]).ToList();
        var fit = LongSeriesForecaster.Run(series, horizon, frequency, seasons, Environment.ProcessorCount);

        var naive = Score(i => M4Scores.Naive2(series[i], horizon, frequency));
        Print(null, Score(i => fit.Paths[i]));
        foreach (var (group, chosen) in fit.Chosen) report.Figure($"chosen {group} ({fit.Groups.Count(g => g == group)})", chosen.ToString());
        Print("Naive2", naive);
        Print("theta", Score(i => Smoothing.Theta(series[i], horizon)));
        Print("damped", Score(i => Smoothing.Damped(series[i], horizon)));
        return System.Threading.Tasks.Task.CompletedTask;

        (double Symmetric, double Scaled) Score(Func<int, double[]> forecast)
        {
            var (symmetric, scaled) = (0d, 0d);
            for (var i = 0; i < series.Count; i++)
            {
                var (path, scale) = (forecast(i), M4Scores.Scale(series[i], frequency));
                for (var h = 0; h < horizon; h++)
                {
                    symmetric += M4Scores.SymmetricError(actual[i][h], path[h]);
                    scaled += Math.Abs(actual[i][h] - path[h]) / scale;
                }
            }
            return (symmetric / series.Count / horizon, scaled / series.Count / horizon);
        }

        void Print(string? label, (double Symmetric, double Scaled) score)
        {
            var prefix = label is null ? "" : label + " ";
            report.Figure(prefix + "OWA", (score.Symmetric / naive.Symmetric + score.Scaled / naive.Scaled) / 2);
            report.Figure(prefix + "sMAPE", score.Symmetric);
            report.Figure(prefix + "MASE", score.Scaled);
        }
    }
}
