using BehaviorDashboard.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Segments;

/// <summary>The audiences a shop like the demo's would begin with; each is made once and is the shop's from then on.</summary>
internal sealed class DemoSegments(IServiceScopeFactory scopes) : IDemoSeeder
{
    private static readonly SegmentDraft[] Drafts =
    [
        new("Left a cart this week", "A cart in the last 7 days and no order since.", new AllOf([new DidRule("Product Added") { When = Window.Within(7) }, new Not(new DidRule("Order Completed") { When = Window.Within(7) })])),
        new("Regulars who have gone quiet", "At least three orders, none for 60 days.", new AllOf([new FeatureRule("orders", Comparison.AtLeast, 3), new FeatureRule("days_since_last_order", Comparison.AtLeast, 60)])),
        new("Look but never bought", "Five products seen in the last 30 days and no order ever.", new AllOf([new DidRule("Product Viewed") { Value = 5, When = Window.Within(30) }, new Not(new DidRule("Order Completed"))])),
        new("Bought in the last 30 days", "", new DidRule("Order Completed") { When = Window.Within(30) }),
    ];

    public Task SeedAsync(IReadOnlyList<DemoCatalogItem> products, CancellationToken cancel) => Task.CompletedTask;

    public async Task AfterHistoryAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var segments = scope.ServiceProvider.GetRequiredService<SegmentService>();
        if ((await segments.AllAsync(cancel)).Count > 0) return;
        foreach (var draft in Drafts)
            if ((await segments.CreateAsync(draft, cancel)).Segment is { } made) await segments.SetStatusAsync(made, "active", cancel);
    }
}
