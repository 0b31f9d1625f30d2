using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Inventory;

/// <summary>SQL of suggested prices.</summary>
internal sealed class PriceStore(Database database)
{
    private const string All = "select product_id as ProductId, price as Price, reason as Reason, made_at as MadeAt from price_suggestions where @Product = '' or product_id = @Product order by made_at desc";

    private const string Put = """
        insert into price_suggestions (product_id, price, reason, made_at) values (@ProductId, @Price, @Reason, @MadeAt)
        on conflict (product_id) do update set price = excluded.price, reason = excluded.reason, made_at = excluded.made_at
        """;

    /// <param name="product">Empty: of all products, the newest first.</param>
    public Task<IReadOnlyList<PriceSuggestion>> AllAsync(string product, CancellationToken cancel) => database.QueryAsync<PriceSuggestion>(All, new { Product = product }, cancel);

    public Task<int> PutAsync(PriceSuggestion suggestion, CancellationToken cancel) => database.ExecuteAsync(Put, suggestion, cancel);

    /// <returns>How many went: 0 where the suggestion is gone or another has taken its place.</returns>
    public Task<int> RemoveAsync(PriceSuggestion suggestion, CancellationToken cancel) =>
        database.ExecuteAsync("delete from price_suggestions where product_id = @ProductId and price = @Price", suggestion, cancel);
}
