using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Learning;

/// <summary>Has the demo shop learn whatever it has not learned yet, so that its screens show predictions without a click.</summary>
internal sealed class DemoTrainings(TrainingService training, ModelRegistry registry) : IDemoSeeder
{
    public Task SeedAsync(IReadOnlyList<DemoCatalogItem> products, CancellationToken cancel) => Task.CompletedTask;

    public async Task AfterHistoryAsync(CancellationToken cancel)
    {
        foreach (var kind in training.Kinds)
            if (await registry.ListAsync(kind, 1, cancel) is []) await training.QueueAsync(kind, cancel: cancel);
    }
}
