namespace BehaviorDashboard.Contracts;

/// <summary>What the simulated shop knows about one of its products.</summary>
public sealed record DemoCatalogItem(
    string ProductId, string Title, string ChineseTitle, string Category, string ChineseCategory, string Brand,
    decimal Price, decimal Cost, string Currency, string Supplier, int LeadTimeDays, int OnHand, string Url);

/// <summary>A mailing of the simulated shop's past: a coin decided who got it.</summary>
/// <param name="Id">As its events name it.</param>
/// <param name="Discount">Share off the price.</param>
public sealed record DemoMailing(string Id, string Name, string Subject, DateTimeOffset SentAt, double Discount, IReadOnlyList<string> Treated, IReadOnlyList<string> Held);

/// <summary>
/// Upward seam: a slice that keeps facts a shop sends outside its events (products, stock) takes the demo shop's here.
/// Runs at every start of the demo once its history is known, and so must be able to run again.
/// </summary>
public interface IDemoSeeder
{
    Task SeedAsync(IReadOnlyList<DemoCatalogItem> products, CancellationToken cancel);

    /// <summary>What can only be done when the demo's history is stored; also at every start.</summary>
    Task AfterHistoryAsync(CancellationToken cancel) => Task.CompletedTask;

    /// <summary>Mailings whose messages and answers are in the stored history, oldest first; after <see cref="AfterHistoryAsync"/>, also at every start.</summary>
    Task MailingsAsync(IReadOnlyList<DemoMailing> mailings, CancellationToken cancel) => Task.CompletedTask;
}
