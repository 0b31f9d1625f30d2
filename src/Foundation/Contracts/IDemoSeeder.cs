namespace BehaviorDashboard.Contracts;

/// <summary>What the simulated shop knows about one of its products.</summary>
public sealed record DemoCatalogItem(
    string ProductId, string Title, string ChineseTitle, string Category, string ChineseCategory, string Brand,
    decimal Price, decimal Cost, string Currency, string Supplier, int LeadTimeDays, int OnHand, string Url);

/// <summary>
/// Upward seam: a slice that keeps facts a shop sends outside its events (products, stock) takes the demo shop's here.
/// Runs at every start of the demo once its history is known, and so must be able to run again.
/// </summary>
public interface IDemoSeeder
{
    Task SeedAsync(IReadOnlyList<DemoCatalogItem> products, CancellationToken cancel);

    /// <summary>What can only be done when the demo's history is stored; also at every start.</summary>
    Task AfterHistoryAsync(CancellationToken cancel) => Task.CompletedTask;
}
