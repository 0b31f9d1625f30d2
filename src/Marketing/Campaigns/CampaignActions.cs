using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Campaigns;

/// <summary>What rules, and people through the ledger, may do to a campaign.</summary>
internal sealed class CampaignActions(CampaignStore store, IServiceScopeFactory scopes, IStringLocalizer<Pages.CampaignsText> text, TimeProvider time) : IActionTarget
{
    public string Target => "campaign";

    public IReadOnlyList<ActionKind> Actions =>
    [
        new("pause", () => text["Act.Pause"], true, []),
        new("resume", () => text["Act.Resume"], true, []),
        new("shift_share", () => text["Act.Shift"], true, [new("version", () => text["Act.Version"], "text"), new("share", () => text["Act.Share"], "share")]),
        new("switch_version", () => text["Act.Switch"], true, [new("version", () => text["Act.Version"], "text")]),
        new("limit", () => text["Act.Limit"], true, [new("limit", () => text["Act.MostPeople"], "count")]),
    ];

    public async Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string text, int limit, CancellationToken cancel = default) => await CampaignKpis.ObjectsAsync(store, text, limit, cancel);

    public async Task<ActionOutcome> PreviewAsync(ActionRequest request, CancellationToken cancel = default) => (await PlanAsync(request, cancel)).Outcome;

    public async Task<ActionOutcome> ApplyAsync(ActionRequest request, CancellationToken cancel = default)
    {
        var (campaign, plan) = await PlanAsync(request, cancel);
        if (campaign is null || plan.Refusal is not null) return plan;
        // The same request again finds its own note.
        if ((await store.NotesAsync(campaign.Id, cancel)).Any(n => n.Kind == "rule" && n.Body.StartsWith(request.Id + " ", StringComparison.Ordinal))) return plan;
        var done = await SetAsync(campaign, JsonSerializer.Deserialize<State>(plan.After)!, request.Cause, cancel);
        if (!done) return ActionOutcome.Refused($"Campaign {campaign.Id} was changed meanwhile.");
        await store.NoteAsync(campaign.Id, new CampaignNote(time.GetUtcNow(), request.Cause, "rule", $"{request.Id} {request.Action}"), cancel);
        return plan;
    }

    public async Task<ActionOutcome> UndoAsync(ActionRequest request, ActionOutcome done, CancellationToken cancel = default)
    {
        if (await FindAsync(request, cancel) is not { } campaign) return ActionOutcome.Refused("The campaign is gone.");
        var (now, after, before) = (Json(campaign), done.After, JsonSerializer.Deserialize<State>(done.Before));
        if (now != after) return ActionOutcome.Refused("Somebody has changed the campaign since.");
        return before is not null && await SetAsync(campaign, before, request.Cause, cancel) ? new ActionOutcome(after, done.Before) : ActionOutcome.Refused("It cannot be put back.");
    }

    /// <summary>What an action touches, as it stands.</summary>
    private sealed record State(string Status, int? Limit, IReadOnlyDictionary<string, double> Shares);

    private static State Of(Campaign campaign)
    {
        var spec = campaign.Read();
        return new State(campaign.Status, spec.Audience.Limit, spec.Steps[0].Versions.ToDictionary(v => v.Name, v => v.Share));
    }

    private static string Json(Campaign campaign) => JsonSerializer.Serialize(Of(campaign));

    private async Task<Campaign?> FindAsync(ActionRequest request, CancellationToken cancel) => int.TryParse(request.ObjectId, CultureInfo.InvariantCulture, out var id) ? await store.FindAsync(id, cancel) : null;

    private async Task<(Campaign? Campaign, ActionOutcome Outcome)> PlanAsync(ActionRequest request, CancellationToken cancel)
    {
        if (await FindAsync(request, cancel) is not { } campaign) return (null, ActionOutcome.Refused($"There is no campaign {request.ObjectId}."));
        var state = Of(campaign);
        var version = request.Parameters.GetValueOrDefault("version");
        if (version is not null && !state.Shares.ContainsKey(version)) return (campaign, ActionOutcome.Refused($"There is no version {version}; there are {string.Join(", ", state.Shares.Keys)}."));
        double Number(string key, double least, double most) => double.TryParse(request.Parameters.GetValueOrDefault(key), NumberStyles.Float, CultureInfo.InvariantCulture, out var v) && v >= least && v <= most ? v : double.NaN;
        var (share, limit) = (Number("share", 0.01, 0.99), Number("limit", 1, int.MaxValue));
        State? after = request.Action switch
        {
            "pause" => campaign.Status is CampaignStatus.Live or CampaignStatus.Scheduled or CampaignStatus.Paused ? state with { Status = CampaignStatus.Paused } : null,
            "resume" => campaign.Status is CampaignStatus.Paused or CampaignStatus.Live ? state with { Status = CampaignStatus.Live } : null,
            "switch_version" when version is not null => state with { Shares = state.Shares.ToDictionary(s => s.Key, s => s.Key == version ? 1 : 0.0001) },
            "shift_share" when version is not null && !double.IsNaN(share) && state.Shares.Count > 1 => state with { Shares = Shifted(state.Shares, version, share) },
            "limit" when !double.IsNaN(limit) => state with { Limit = (int)limit },
            _ => null,
        };
        return (campaign, after is null ? ActionOutcome.Refused($"{request.Action} cannot be done to a campaign that is {campaign.Status}, or lacks a parameter.") : new ActionOutcome(JsonSerializer.Serialize(state), JsonSerializer.Serialize(after)));
    }

    private static Dictionary<string, double> Shifted(IReadOnlyDictionary<string, double> shares, string version, double share)
    {
        var rest = shares.Where(s => s.Key != version).Sum(s => s.Value);
        return shares.ToDictionary(s => s.Key, s => s.Key == version ? share : (1 - share) * s.Value / rest);
    }

    private async Task<bool> SetAsync(Campaign campaign, State wanted, string who, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var service = scope.ServiceProvider.GetRequiredService<CampaignService>();
        var spec = campaign.Read();
        var next = spec with { Audience = spec.Audience with { Limit = wanted.Limit }, Steps = [spec.Steps[0] with { Versions = [.. spec.Steps[0].Versions.Select(v => v with { Share = wanted.Shares.GetValueOrDefault(v.Name, v.Share) })] }, .. spec.Steps.Skip(1)] };
        if (next.ToJson() != spec.ToJson() && !await store.ChangeAsync(campaign, next.ToJson(), new CampaignNote(time.GetUtcNow(), who, "changed", ""), cancel)) return false;
        if (wanted.Status == campaign.Status) return true;
        return wanted.Status == CampaignStatus.Paused ? await service.PauseAsync(campaign, who, null, cancel) : wanted.Status == CampaignStatus.Live && await service.ResumeAsync(campaign, who, cancel);
    }
}
