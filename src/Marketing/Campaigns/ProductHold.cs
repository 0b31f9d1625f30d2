using System.Text.Json;
using BehaviorDashboard.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Campaigns;

/// <summary>Lets rules pause every campaign that promotes a product, and start just those again.</summary>
internal sealed class ProductHold(CampaignStore store, IServiceScopeFactory scopes, IProductCatalog catalog, IStringLocalizer<Pages.CampaignsText> text, TimeProvider time) : IActionTarget
{
    private sealed record State(IReadOnlyList<int> Running);

    public string Target => "campaigns_of_product";

    public IReadOnlyList<ActionKind> Actions => [new("pause", () => text["Act.PauseAll"], true, [])];

    public async Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string search, int limit, CancellationToken cancel = default)
    {
        var products = (await RunningAsync(null, cancel)).SelectMany(c => c.Read().Products).Distinct().ToList();
        var titles = await catalog.TitlesAsync(products, cancel);
        return [.. products.Select(p => new WatchedObject(p, titles.GetValueOrDefault(p, p), "products/" + Uri.EscapeDataString(p))).Where(o => o.Title.Contains(search, StringComparison.CurrentCultureIgnoreCase)).Take(limit)];
    }

    public async Task<ActionOutcome> PreviewAsync(ActionRequest request, CancellationToken cancel = default) =>
        request.ObjectId is null ? ActionOutcome.Refused(text["Act.NoProduct"]) : new ActionOutcome(Json((await RunningAsync(request.ObjectId, cancel)).Select(c => c.Id)), Json([]));

    public async Task<ActionOutcome> ApplyAsync(ActionRequest request, CancellationToken cancel = default)
    {
        if (request.ObjectId is null) return ActionOutcome.Refused(text["Act.NoProduct"]);
        // Those this very request paused before a restart belong to it too.
        var held = new List<int>();
        foreach (var campaign in (await store.AllAsync(cancel)).Where(c => c.Status == CampaignStatus.Paused && c.Read().Products.Contains(request.ObjectId)))
            if ((await store.NotesAsync(campaign.Id, cancel)).Any(n => n.Kind == "rule" && n.Body == request.Id)) held.Add(campaign.Id);
        await using var scope = scopes.CreateAsyncScope();
        var service = scope.ServiceProvider.GetRequiredService<CampaignService>();
        foreach (var campaign in await RunningAsync(request.ObjectId, cancel))
        {
            await store.NoteAsync(campaign.Id, new CampaignNote(time.GetUtcNow(), request.Cause, "rule", request.Id), cancel);
            if (await service.PauseAsync(campaign, request.Cause, null, cancel)) held.Add(campaign.Id);
        }
        return new ActionOutcome(Json(held), Json([]));
    }

    public async Task<ActionOutcome> UndoAsync(ActionRequest request, ActionOutcome done, CancellationToken cancel = default)
    {
        await using var scope = scopes.CreateAsyncScope();
        var service = scope.ServiceProvider.GetRequiredService<CampaignService>();
        var back = new List<int>();
        // One that somebody ended or started meanwhile is left as it is.
        foreach (var id in JsonSerializer.Deserialize<State>(done.Before)!.Running)
            if (await store.FindAsync(id, cancel) is { Status: CampaignStatus.Paused } campaign && await service.ResumeAsync(campaign, request.Cause, cancel)) back.Add(id);
        return new ActionOutcome(done.After, Json(back));
    }

    private async Task<IReadOnlyList<Campaign>> RunningAsync(string? product, CancellationToken cancel) =>
        [.. (await store.AllAsync(cancel)).Where(c => !c.Archived && c.Status is CampaignStatus.Live or CampaignStatus.Scheduled && (product is null || c.Read().Products.Contains(product)))];

    private static string Json(IEnumerable<int> running) => JsonSerializer.Serialize(new State([.. running.Order()]));
}
