using System.Text.Json;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Forecasting;

/// <summary>A forecast as a run wrote it: the baseline alone.</summary>
internal sealed record StoredForecast(string RunId, string ProductId, DateTimeOffset StartsAt, string DemandClass, string Basis, int History, double Recent, double Filled, double PriceEffect, double Noise, double Spread, string Paths)
{
    public ForecastPaths Read() => JsonSerializer.Deserialize<ForecastPaths>(Paths, JsonSerializerOptions.Web)!;
}

/// <param name="Days">Share of a week's units that each of its days takes; null where too little is known.</param>
/// <param name="LastYear">Units sold in the same weeks a year before; null while a product is younger.</param>
/// <param name="Ended">What last year's weeks say where they contradict the forecast: <see cref="Ml.SeasonEnd"/>.</param>
/// <param name="Most">Most units ever wanted in one week, in two in a row, and so on.</param>
internal sealed record ForecastPaths(double[] Mean, double[] Q10, double[] Q50, double[] Q90, double[] Q95, double[]? Days = null, double[]? LastYear = null, double[]? Ended = null, double[]? Most = null);

/// <summary>Forecasts, layers and accuracy.</summary>
internal sealed class ForecastStore(Database database)
{
    private const int Part = 5_000;

    private const string Columns = """
        run_id as RunId, product_id as ProductId, starts_at as StartsAt, demand_class as DemandClass, basis as Basis, history as History, recent as Recent, filled as Filled,
        price_effect as PriceEffect, noise as Noise, spread as Spread, paths as Paths
        """;

    private const string OfRun = $"select {Columns} from forecasts where run_id = @Run and (@All or product_id = any(@Ids))";

    private const string Insert = """
        insert into forecasts (run_id, product_id, starts_at, demand_class, basis, history, recent, filled, price_effect, noise, spread, paths)
        select @Run, unnest(@Ids), cast(@StartsAt as timestamptz), unnest(@Classes), unnest(@Bases), unnest(@Histories), unnest(@Recents), unnest(@Filled), unnest(@Prices), unnest(@Noises), unnest(@Spreads), unnest(@Paths)
        """;

    private const string Runs = "select run_id as RunId, starts_at as StartsAt, created_at as CreatedAt, products as Products from forecast_runs order by created_at desc, starts_at desc limit @Limit";

    private const string LayerColumns = "product_id as ProductId, kind as Kind, reference as Reference, label as Label, from_at as \"From\", to_at as \"To\", units as Units, low as Low, high as High, reason as Reason";

    private const string Layers = $"select {LayerColumns} from forecast_layers where to_at > @From and (@All or product_id = any(@Ids)) order by from_at, id";

    private const string PutLayer = """
        insert into forecast_layers (id, product_id, kind, reference, label, from_at, to_at, units, low, high, reason, created_at)
        values (@Id, @ProductId, @Kind, @Reference, @Label, @From, @To, @Units, @Low, @High, @Reason, @Now)
        """;

    private const string PutAccuracy = """
        insert into forecast_accuracy (run_id, week, ends_at, products, actual, error, absolute_error, naive_error, covered90, covered95)
        values (@RunId, @Week, @EndsAt, @Products, @Actual, @Error, @AbsoluteError, @NaiveError, @Covered90, @Covered95) on conflict (run_id, week) do nothing
        """;

    private const string Accuracy = """
        select run_id as RunId, week as Week, ends_at as EndsAt, products as Products, actual as Actual, error as Error, absolute_error as AbsoluteError, naive_error as NaiveError, covered90 as Covered90, covered95 as Covered95
        from forecast_accuracy order by ends_at desc, week limit @Limit
        """;

    /// <param name="products">Null: all.</param>
    public Task<IReadOnlyList<StoredForecast>> OfRunAsync(string run, IReadOnlyCollection<string>? products, CancellationToken cancel) =>
        database.QueryAsync<StoredForecast>(OfRun, new { Run = run, All = products is null, Ids = SqlList.Of(products ?? []) }, cancel);

    /// <summary>All of a run or nothing of it.</summary>
    public Task WriteAsync(ForecastRun run, IReadOnlyList<StoredForecast> forecasts, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        foreach (var part in forecasts.Chunk(Part))
            await session.ExecuteAsync(Insert, new
            {
                Run = run.RunId, run.StartsAt, Ids = SqlList.Of(part.Select(f => f.ProductId)), Classes = SqlList.Of(part.Select(f => f.DemandClass)), Bases = SqlList.Of(part.Select(f => f.Basis)),
                Histories = SqlList.Of(part.Select(f => f.History)), Recents = SqlList.Of(part.Select(f => f.Recent)), Filled = SqlList.Of(part.Select(f => f.Filled)), Prices = SqlList.Of(part.Select(f => f.PriceEffect)),
                Noises = SqlList.Of(part.Select(f => f.Noise)), Spreads = SqlList.Of(part.Select(f => f.Spread)), Paths = SqlList.Of(part.Select(f => f.Paths)),
            });
        await session.ExecuteAsync("insert into forecast_runs (run_id, starts_at, created_at, products) values (@RunId, @StartsAt, @CreatedAt, @Products)", run);
    }, cancel);

    public Task<IReadOnlyList<ForecastRun>> RunsAsync(int limit, CancellationToken cancel) => database.QueryAsync<ForecastRun>(Runs, new { Limit = limit }, cancel);

    public Task RemoveAsync(IReadOnlyCollection<string> runs, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync("delete from forecasts where run_id = any(@Runs)", new { Runs = SqlList.Of(runs) });
        await session.ExecuteAsync("delete from forecast_runs where run_id = any(@Runs)", new { Runs = SqlList.Of(runs) });
    }, cancel);

    public Task<IReadOnlyList<ForecastLayer>> LayersAsync(DateTimeOffset from, IReadOnlyCollection<string>? products, CancellationToken cancel) =>
        database.QueryAsync<ForecastLayer>(Layers, new { From = from, All = products is null, Ids = SqlList.Of(products ?? []) }, cancel);

    public Task PutLayersAsync(IReadOnlyCollection<ForecastLayer> layers, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        foreach (var layer in layers)
        {
            await session.ExecuteAsync("delete from forecast_layers where product_id = @ProductId and reference = @Reference", new { layer.ProductId, layer.Reference });
            var id = await session.ScalarAsync<int>("select cast(nextval('forecast_layers_id') as integer)");
            await session.ExecuteAsync(PutLayer, new { Id = id, layer.ProductId, layer.Kind, layer.Reference, layer.Label, layer.From, layer.To, layer.Units, layer.Low, layer.High, layer.Reason, Now = now });
        }
    }, cancel);

    /// <param name="product">Null: of all products.</param>
    public Task<int> RemoveLayersAsync(string reference, string? product, CancellationToken cancel) =>
        database.ExecuteAsync("delete from forecast_layers where reference = @Reference and (@All or product_id = @Product)", new { Reference = reference, All = product is null, Product = product ?? "" }, cancel);

    public Task PutAccuracyAsync(IReadOnlyCollection<WeekAccuracy> weeks, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        foreach (var week in weeks) await session.ExecuteAsync(PutAccuracy, new { week.RunId, week.Week, week.EndsAt, week.Products, week.Actual, week.Error, week.AbsoluteError, week.NaiveError, week.Covered90, week.Covered95 });
    }, cancel);

    public Task<IReadOnlyList<WeekAccuracy>> AccuracyAsync(int limit, CancellationToken cancel) => database.QueryAsync<WeekAccuracy>(Accuracy, new { Limit = limit }, cancel);
}
