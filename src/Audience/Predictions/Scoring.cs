using System.Text.Json;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>Scores made together.</summary>
internal sealed record ScoringRun(DateTimeOffset AsOf, IReadOnlyList<PersonScore> Scores, IReadOnlyDictionary<string, int> Versions, IReadOnlyList<RevenueForecast> Totals);

/// <summary>Applies every model in use to people as they stand. Reads the same figures by the same statements as training does.</summary>
internal sealed class Scoring(HistoryStore history, PredictionModels models, ShopClock clock)
{
    private const double Band80 = 1.2816;
    private const int LineDays = 730;
    private static readonly int[] Horizons = [30, 90, 365];

    /// <summary>The instant scores should tell of by now.</summary>
    public async Task<DateTimeOffset> DueAsync(CancellationToken cancel) => await history.SpanAsync(clock.Now, cancel) is { } span ? PredictionClock.End(span.Last, clock) : DateTimeOffset.MinValue;

    /// <param name="people">Null: everybody, as of the start of the day; some: as of now.</param>
    /// <returns>Null where no model is in use.</returns>
    public async Task<ScoringRun?> RunAsync(IReadOnlyList<string>? people, CancellationToken cancel)
    {
        var current = await models.CurrentAsync(cancel);
        if (current.Versions.Count == 0 || await history.SpanAsync(clock.Now, cancel) is not { } span) return null;
        var asOf = people is null ? PredictionClock.End(span.Last, clock) : clock.Now;
        var (keys, read) = await history.FeaturesAsync(asOf, people, cancel);
        var rows = SnapshotRows.Complete(read);
        var orders = await history.OrdersAsync(asOf, cancel);
        if (people is not null) orders = [.. orders.Where(o => people.Contains(o.Person))];
        var lines = current.Category is null && current.Price is null ? [] : await history.LinesAsync(asOf.AddDays(-LineDays), asOf, cancel);
        var views = current.Category is null ? [] : await CategoryTrainer.ViewedAsync(history, asOf, cancel);
        var prices = current.Price is null ? [] : await history.PricesAsync(asOf.AddDays(-PriceTrainer.Days - 60), asOf, cancel);
        return await QuietThread.RunAsync(() => Score(current, asOf, keys, rows, orders, lines, views, prices, cancel));
    }

    private ScoringRun Score(CurrentModels current, DateTimeOffset asOf, List<string> keys, LearningRows rows, IReadOnlyList<OrderRow> orders, IReadOnlyList<LineRow> lines,
        IReadOnlyList<CategoryViews> views, IReadOnlyList<HistoryStore.WeekPrice> prices, CancellationToken cancel)
    {
        var (ordersAt, firstAt, lastAt) = (Array.IndexOf([.. rows.Features], "orders"), Array.IndexOf([.. rows.Features], "days_since_first_order"), Array.IndexOf([.. rows.Features], "days_since_last_order"));
        Chance[]? buy7 = current.Buy7?.Model.Bands(rows), buy30 = current.Buy30?.Model.Bands(rows), churn = current.Churn?.Model.Bands(rows);
        var histories = current.Value is null ? [] : ValueTrainer.Histories(orders, clock).ToDictionary(h => h.Customer);
        var categories = current.Category is null ? [] : CategoryTrainer.Histories(lines.Where(l => l.Category is not null), views, current.Category.Categories, asOf);
        var habits = current.Price is null ? [] : PriceModel.Habits(PriceModel.Mark([.. lines.Where(l => l.At >= asOf.AddDays(-PriceTrainer.Days))], prices));
        var (day, scores) = (ValueTrainer.LastDay(asOf, clock), new List<PersonScore>(keys.Count));
        var totals = Horizons.ToDictionary(h => h, _ => (Value: 0.0, Variance: 0.0));
        for (var i = 0; i < keys.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var person = keys[i];
            var row = rows.Row(i);
            var score = new PersonScore { UserId = person, AsOf = asOf };
            if (buy7 is not null) score = buy7[i] is var b ? score with { Buy7 = b.Value, Buy7Low = b.Low, Buy7High = b.High } : score;
            if (buy30 is not null) score = buy30[i] is var b ? score with { Buy30 = b.Value, Buy30Low = b.Low, Buy30High = b.High } : score;
            if (churn is not null && row[ordersAt] > 0)
                score = churn[i] is var b ? score with { Churn = b.Value, ChurnLow = b.Low, ChurnHigh = b.High, ChurnDays = ChurnHorizon.Days(row[ordersAt], row[firstAt], row[lastAt], current.Churn!.UsualGap) } : score;
            if (current.Value is { } value && histories.TryGetValue(person, out var bought)) score = Value(score, value.Model, bought, Math.Max(day, bought.Days[^1].Day), totals);
            if (current.Category is { } category && categories.TryGetValue(person, out var liked)) score = Category(score, category, liked);
            if (current.Price is { } price && habits.TryGetValue(person, out var habit)) score = price.Index(habit) is var p ? score with { PriceIndex = p.Value, PriceIndexLow = p.Low, PriceIndexHigh = p.High } : score;
            scores.Add(score);
        }
        return new ScoringRun(asOf, scores, current.Versions, current.Value is null ? [] : [.. Horizons.Select(h => Total(h, totals[h], current.Value, histories.Values))]);
    }

    private static PersonScore Value(PersonScore score, ValueModel model, PurchaseHistory bought, int day, Dictionary<int, (double Value, double Variance)> totals)
    {
        var forecasts = Horizons.ToDictionary(h => h, h => model.Forecast(bought, day, h / PurchaseHistory.Week));
        foreach (var h in Horizons) totals[h] = (totals[h].Value + forecasts[h].Value.Value, totals[h].Variance + forecasts[h].Variance);
        var (c, counts, quarter, year) = (bought.At(day), model.CountsOf(bought), forecasts[90], forecasts[365].Value);
        double Wait(double chance) => Math.Min(3_650, counts.NextOrder(c, chance) * PurchaseHistory.Week);
        return score with
        {
            Alive = counts.Alive(c), Orders90 = quarter.Orders.Value, Orders90Low = quarter.Orders.Low, Orders90High = quarter.Orders.High, Value30 = forecasts[30].Value.Value,
            Value90 = quarter.Value.Value, Value90Low = quarter.Value.Low, Value90High = quarter.Value.High, Value365 = year.Value, Value365Low = year.Low, Value365High = year.High,
            NextOrderDays = Wait(0.5), NextOrderDaysLow = Wait(0.1), NextOrderDaysHigh = Wait(0.9),
        };
    }

    private static PersonScore Category(PersonScore score, CategoryModel model, CategoryHistory history)
    {
        var chances = model.Score(history);
        var first = Enumerable.Range(0, chances.Length).OrderByDescending(c => chances[c]).Take(3).ToArray();
        return score with { NextCategory = model.Categories[first[0]], CategoryChance = chances[first[0]], OtherCategories = JsonSerializer.Serialize(first.Skip(1).Select(c => new object[] { model.Categories[c], Math.Round(chances[c], 4) })) };
    }

    /// <summary>Three doubts add up: what single customers do, what the parameters are, and by how much the last back-test missed the total.</summary>
    private static RevenueForecast Total(int days, (double Value, double Variance) sum, ValueContent content, IReadOnlyCollection<PurchaseHistory> histories)
    {
        var sample = histories.Take(500).ToList();
        var day = sample.Count == 0 ? 0 : sample.Max(h => h.Days[^1].Day);
        var customers = sample.Select(h => h.At(day)).ToList();
        var draws = sample.Count < 20 ? [] : content.Model.Counts.Draws([.. histories.Take(20_000).Select(h => h.At(day)).Where(c => c.Age >= 0)], 20, 1)
            .Select(m => customers.Where(c => c.Age >= 0).Sum(c => m.Expected(c, days / PurchaseHistory.Week))).Where(double.IsFinite).ToList();
        var spread = draws.Count < 2 || draws.Average() <= 0 ? 0 : Math.Sqrt(draws.Average(d => Math.Pow(d - draws.Average(), 2))) / draws.Average();
        var deviation = Math.Sqrt(sum.Variance + Math.Pow(spread * sum.Value, 2) + Math.Pow(content.TotalError * sum.Value, 2));
        return new RevenueForecast(days, sum.Value, Math.Max(0, sum.Value - Band80 * deviation), sum.Value + Band80 * deviation);
    }
}
