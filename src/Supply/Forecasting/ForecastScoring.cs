namespace BehaviorDashboard.Forecasting;

/// <summary>Holds what older runs said against what then happened, week by week, once a week is over.</summary>
internal sealed class ForecastScoring(ForecastStore store)
{
    private const int MostWeeks = 4;

    /// <param name="products">Histories up to <paramref name="end"/>.</param>
    public async Task ScoreAsync(IReadOnlyList<ProductHistory> products, DateTimeOffset end, CancellationToken cancel)
    {
        var known = (await store.AccuracyAsync(10_000, cancel)).Select(a => (a.RunId, a.Week)).ToHashSet();
        var histories = products.ToDictionary(p => p.Id);
        // Weeks are counted back from the end, so that a run is scored where whole weeks lie between it and now.
        foreach (var run in await store.RunsAsync(1_000, cancel))
        {
            var days = (int)Math.Round((end - run.StartsAt).TotalDays);
            if (days < 7 || days % 7 != 0) continue;
            var weeks = Enumerable.Range(1, Math.Min(MostWeeks, days / 7)).Where(w => !known.Contains((run.RunId, w))).ToList();
            if (weeks.Count == 0) continue;
            var forecasts = (await store.OfRunAsync(run.RunId, null, cancel)).Select(f => (f.ProductId, Paths: f.Read())).ToList();
            await store.PutAccuracyAsync([.. weeks.Select(w => Score(run, w, days / 7, forecasts, histories))], cancel);
        }
    }

    private static WeekAccuracy Score(ForecastRun run, int week, int weeksAgo, List<(string ProductId, ForecastPaths Paths)> forecasts, Dictionary<string, ProductHistory> histories)
    {
        var (count, actual, error, absolute, naive, below90, below95) = (0, 0d, 0d, 0d, 0d, 0, 0);
        foreach (var (id, paths) in forecasts)
        {
            // A week without stock says nothing of demand.
            if (!histories.TryGetValue(id, out var history) || Of(history.Open, weeksAgo, week, 1) < 0.999) continue;
            var (came, said) = (Of(history.Sold, weeksAgo, week, 0), paths.Mean[week - 1]);
            count++;
            actual += came;
            error += said - came;
            absolute += Math.Abs(said - came);
            naive += Math.Abs(Of(history.Sold, weeksAgo, 0, 0) - came);
            if (came <= paths.Q90[week - 1]) below90++;
            if (came <= paths.Q95[week - 1]) below95++;
        }
        return new WeekAccuracy(run.RunId, week, run.StartsAt.AddDays(7 * week), count, actual, error, absolute, naive, count == 0 ? 0 : (double)below90 / count, count == 0 ? 0 : (double)below95 / count);
    }

    /// <param name="week">1 is the first after the run, 0 the last before it.</param>
    private static double Of(double[] values, int weeksAgo, int week, double unknown)
    {
        var place = values.Length - weeksAgo + week - 1;
        return place >= 0 && place < values.Length ? values[place] : unknown;
    }
}
