using BehaviorDashboard.Learning;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;

namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>
/// Gradient-boosted trees (LightGBM) learnt from all series at once, straight to each step ahead, every series in units of its own recent
/// mean: recent periods, rest days, calendar, the whole shop, price, and what shoppers looked at, put into carts and searched
/// for. Makridakis, Spiliotis, Assimakopoulos: The M5 accuracy competition (2022). One thread and a fixed seed, so that the same history gives the same forecast.
/// </summary>
internal sealed class GlobalTrees(IReadOnlyList<DemandSignals>? signals, int season, int seed = 7)
{
    private const int Least = 13;
    private const int FewestRows = 600;
    private const int MostRows = 40_000;
    private const int Recent = 26;
    private const int Features = 28;

    /// <summary>As a member of the pool; it has nothing to say where there is too little to learn from, or no LightGBM.</summary>
    public PoolMember Member => new("global trees", (past, horizon, _) => Forecast(past, horizon), Least);

    private double[]?[] Forecast(PastSeries past, int horizon)
    {
        if (!LightGbmLibrary.IsThere) return new double[]?[past.Values.Count];
        var histories = past.Values.Select((y, i) => new History(y, signals?[past.Places[i]].Before(past.Before))).ToArray();
        var whole = Whole(past.Values);
        var rows = Rows(histories, whole, horizon);
        if (rows.Count < FewestRows) return new double[]?[histories.Length];
        var ml = new MLContext(seed);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Features);
        var model = ml.Regression.Trainers.LightGbm(new LightGbmRegressionTrainer.Options
        {
            NumberOfIterations = 80, NumberOfLeaves = 16, LearningRate = 0.06, NumberOfThreads = 1, Seed = seed, Verbose = false, ExampleWeightColumnName = nameof(Row.Weight), HandleMissingValue = true,
            MinimumExampleCountPerLeaf = Math.Max(20, rows.Count / 500), Booster = new GradientBooster.Options { SubsampleFraction = 0.8, SubsampleFrequency = 1, FeatureFraction = 0.7, L2Regularization = 5 },
        }).Fit(ml.Data.LoadFromEnumerable(rows, schema));
        var ahead = histories.SelectMany(h => h.Units.Length < Least ? [] : Enumerable.Range(1, horizon).Select(step => RowOf(h, whole, h.Units.Length - 1, step, horizon)));
        using var scores = model.Transform(ml.Data.LoadFromEnumerable(ahead, schema)).GetColumn<float>("Score").GetEnumerator();
        return [.. histories.Select(h => h.Units.Length < Least ? null : Read(scores, horizon, h.Scale(h.Units.Length - 1)))];
    }

    private static double[] Read(IEnumerator<float> scores, int horizon, double scale)
    {
        var path = new double[horizon];
        for (var h = 0; h < horizon && scores.MoveNext(); h++) path[h] = Math.Max(0, scores.Current * scale);
        return path;
    }

    /// <summary>Instants of all histories, a few steps ahead of each, drawn so that there are not too many.</summary>
    private List<Row> Rows(History[] histories, double[] whole, int horizon)
    {
        var (random, rows) = (new Random(seed), new List<Row>());
        var instants = histories.Sum(h => Math.Max(0L, h.Units.Length - Least - 1));
        var share = Math.Min(3, MostRows / (double)Math.Max(1, instants));
        foreach (var history in histories)
            for (var t = Least - 1; t + 1 < history.Units.Length; t++)
                for (var left = share; left > 0 && random.NextDouble() < left; left--)
                {
                    var step = 1 + random.Next(Math.Min(horizon, history.Units.Length - 1 - t));
                    var row = RowOf(history, whole, t, step, horizon);
                    // Twentyfold of the usual is a wholesale order or a mistake: it would be all that is learnt.
                    row.Label = (float)Math.Min(20, history.Units[t + step] / history.Scale(t));
                    row.Weight = (float)history.Scale(t);
                    rows.Add(row);
                }
        return rows;
    }

    private Row RowOf(History history, double[] whole, int t, int step, int horizon)
    {
        var (y, x, scale) = (history.Units, new float[Features], history.Scale(t));
        var fromEnd = y.Length - 1 - t;
        var shop = whole.Length - 1 - fromEnd;
        var phase = 2 * Math.PI * ((whole.Length - 1 - fromEnd + step) % season) / season;
        x[0] = (float)step / horizon;
        for (var lag = 0; lag < 4; lag++) x[1 + lag] = (float)(y[t - lag] / scale);
        x[5] = Mean(y, t, 4, scale);
        x[6] = Mean(y, t, 8, scale);
        x[7] = Mean(y, t, 13, scale);
        x[8] = Mean(y, t, season, scale);
        var (zeros, quiet, squares) = (0, 0, 0d);
        for (var k = 0; k < Least; k++)
        {
            if (y[t - k] <= 0) zeros++;
            squares += Math.Pow(y[t - k] / scale - x[7], 2);
        }
        while (quiet < 2 * Least && quiet <= t && y[t - quiet] <= 0) quiet++;
        x[9] = (float)Math.Sqrt(squares / Least);
        x[10] = (float)zeros / Least;
        x[11] = quiet;
        x[12] = (float)Math.Log(scale);
        x[13] = Math.Min(104, t + 1);
        x[14] = (float)Math.Sin(phase);
        x[15] = (float)Math.Cos(phase);
        x[16] = t + step - season >= 0 ? (float)(y[t + step - season] / Math.Max(0.1, x[8] * scale)) : float.NaN;
        x[17] = shop >= Least - 1 ? Ratio(whole, shop, 1, 13) : float.NaN;
        x[18] = shop >= Least - 1 ? Ratio(whole, shop, 4, 13) : float.NaN;
        if (history.Signals is not { } seen)
        {
            Array.Fill(x, float.NaN, 19, Features - 19);
            return new Row { Features = x };
        }
        x[19] = Ratio(seen.Views, t, 1, 8);
        x[20] = Ratio(seen.Views, t, 3, 13);
        x[21] = Ratio(seen.Carts, t, 1, 8);
        x[22] = Ratio(seen.Carts, t, 3, 13);
        x[23] = Ratio(seen.Searched, t, 2, 13);
        x[24] = (float)((Sum(seen.Carts, t, 2) + 1) / (scale * 2 + 1));
        x[25] = (float)((Sum(seen.Views, t, 2) + 1) / (scale * 2 + 1));
        x[26] = PriceAgainst(seen.Price, t, 1);
        x[27] = PriceAgainst(seen.Price, t, 4);
        return new Row { Features = x };
    }

    /// <summary>How the last periods' price differs from that of the 13 periods before them.</summary>
    private static float PriceAgainst(double[] price, int t, int periods)
    {
        var (now, before) = (Known(price, t, periods), Known(price, t - periods, Least));
        return now is { } a && before is { } b && b > 0 ? (float)(a / b) : float.NaN;
    }

    private static double? Known(double[] price, int t, int periods)
    {
        var (sum, count) = (0d, 0);
        for (var k = 0; k < periods && t - k >= 0; k++)
            if (!double.IsNaN(price[t - k])) (sum, count) = (sum + price[t - k], count + 1);
        return count > 0 ? sum / count : null;
    }

    private static double Sum(double[] values, int t, int periods)
    {
        var sum = 0d;
        for (var k = 0; k < periods && t - k >= 0; k++) sum += values[t - k];
        return sum;
    }

    private static float Mean(double[] y, int t, int periods, double scale) => (float)(Sum(y, t, periods) / Math.Min(periods, t + 1) / scale);

    /// <summary>Mean of the last periods beside that of more; both drawn to each other while they are few.</summary>
    private static float Ratio(double[] values, int t, int few, int many) => (float)((Sum(values, t, few) / few + 0.5) / (Sum(values, t, many) / Math.Min(many, t + 1) + 0.5));

    /// <summary>The sum of all series, as far back as the longest goes, from where on there are enough of them as a mean of those there.</summary>
    private static double[] Whole(IReadOnlyList<double[]> series)
    {
        var whole = new double[series.Count == 0 ? 0 : series.Max(y => y.Length)];
        var there = new int[whole.Length];
        foreach (var y in series)
            for (var t = 0; t < y.Length; t++)
            {
                whole[whole.Length - y.Length + t] += y[t];
                there[whole.Length - y.Length + t]++;
            }
        for (var t = 0; t < whole.Length; t++) whole[t] /= Math.Max(1, there[t]);
        return whole;
    }

    /// <summary>One series, with what a unit of it is at each instant.</summary>
    private sealed class History
    {
        private readonly double[] _scale;

        public History(double[] units, DemandSignals? signals)
        {
            (Units, Signals, _scale) = (units, signals, new double[units.Length]);
            var sum = 0d;
            for (var t = 0; t < units.Length; t++)
            {
                sum += units[t] - (t >= Recent ? units[t - Recent] : 0);
                _scale[t] = Math.Max(0.2, sum / Math.Min(Recent, t + 1));
            }
        }

        public double[] Units { get; }

        public DemandSignals? Signals { get; }

        public double Scale(int t) => _scale[t];
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];
        public float Label { get; set; }
        public float Weight { get; set; } = 1;
    }
}
