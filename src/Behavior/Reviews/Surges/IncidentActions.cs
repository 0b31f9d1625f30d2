using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Reviews.Pages;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Reviews;

/// <summary>Lets rules open and close incidents.</summary>
internal sealed class IncidentActions(IncidentService service, IProductCatalog catalog, IStringLocalizer<ReviewsText> text) : IActionTarget
{
    private sealed record State(int? Id, string? Status);

    public string Target => "incident";

    public IReadOnlyList<ActionKind> Actions =>
    [
        new("open", () => text["Action.open"], true, [new ActionParameter("title", () => text["Action.title"], "text", false)]),
        new("close", () => text["Action.close"], true, []),
    ];

    /// <summary>Open incidents, to be closed; and products in their words, for which one can be opened.</summary>
    public async Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string search, int limit, CancellationToken cancel = default)
    {
        var open = await service.ListAsync(true, 200, cancel);
        var titles = await catalog.TitlesAsync([.. open.Select(i => i.ProductId).OfType<string>().Distinct()], cancel);
        return [.. open.Select(i => new WatchedObject(Id(i.Id), $"#{Id(i.Id)} {i.Title ?? (i.ProductId is null ? i.Topic : titles.GetValueOrDefault(i.ProductId, i.ProductId))}", $"reviews/incidents/{Id(i.Id)}"))
            .Where(o => o.Title.Contains(search, StringComparison.CurrentCultureIgnoreCase)).Take(limit)];
    }

    public async Task<ActionOutcome> PreviewAsync(ActionRequest request, CancellationToken cancel = default)
    {
        if (request.Action == "open")
        {
            var open = (await service.ListAsync(true, 1_000, cancel)).FirstOrDefault(i => i.ProductId == request.ObjectId);
            return new ActionOutcome(Json(open), Json((object?)open ?? new { status = Incident.Open }));
        }
        if (request.Action != "close") return ActionOutcome.Refused($"'{request.Action}' is neither open nor close.");
        if (await FindAsync(request.ObjectId, cancel) is not { } incident) return ActionOutcome.Refused($"There is no incident {request.ObjectId}.");
        return new ActionOutcome(Json(incident), Json(incident with { Status = Incident.Closed }));
    }

    public async Task<ActionOutcome> ApplyAsync(ActionRequest request, CancellationToken cancel = default)
    {
        var foreseen = await PreviewAsync(request, cancel);
        if (foreseen.Refusal is not null) return foreseen;
        if (request.Action == "open")
        {
            var (id, _) = await service.OpenAsync(request.ObjectId, null, request.Parameters.GetValueOrDefault("title", request.Cause), request.Cause, request.Id, cancel);
            return foreseen with { After = Json(await service.FindAsync(id, cancel)) };
        }
        var incident = await FindAsync(request.ObjectId, cancel);
        await service.MoveAsync(incident!.Id, Incident.Closed, request.Cause, "", cancel);
        return foreseen;
    }

    public async Task<ActionOutcome> UndoAsync(ActionRequest request, ActionOutcome done, CancellationToken cancel = default)
    {
        var (before, after) = (JsonSerializer.Deserialize<State>(done.Before, JsonSerializerOptions.Web), JsonSerializer.Deserialize<State>(done.After, JsonSerializerOptions.Web));
        if (after?.Id is not { } id || await service.FindAsync(id, cancel) is not { } now) return ActionOutcome.Refused("The incident is not there any more.");
        if (now.Status != after.Status) return ActionOutcome.Refused($"Somebody has set the incident to {now.Status} since.");
        var back = before?.Status ?? Incident.Closed;
        if (back != now.Status) await service.MoveAsync(id, back, request.Cause, "", cancel);
        return new ActionOutcome(Json(now), Json(now with { Status = back }));
    }

    private async Task<Incident?> FindAsync(string? id, CancellationToken cancel) => int.TryParse(id, CultureInfo.InvariantCulture, out var number) ? await service.FindAsync(number, cancel) : null;

    private static string Id(int id) => id.ToString(CultureInfo.InvariantCulture);

    private static string Json(object? value) => value switch
    {
        Incident i => JsonSerializer.Serialize(new State(i.Id, i.Status), JsonSerializerOptions.Web),
        null => "{}",
        _ => JsonSerializer.Serialize(value, JsonSerializerOptions.Web),
    };
}
