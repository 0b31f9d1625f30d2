using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Look;
using BehaviorDashboard.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.Campaigns;

/// <summary>Campaigns over HTTP: the list, the effect, start and stop, what was sent, and what came back from the mail provider.</summary>
internal static class CampaignsApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var read = routes.MapGroup("/v1/campaigns").WithTags("Campaigns").RequireAuthorization(Access.ReadApi);
        read.MapGet("", async (CampaignService campaigns, CancellationToken cancel) => Results.Ok(new { campaigns = (await campaigns.AllAsync(cancel)).Select(Shape) })).WithSummary("All campaigns");
        read.MapGet("/{id:int}", async (int id, CampaignService campaigns, CancellationToken cancel) => await campaigns.FindAsync(id, cancel) is { } c ? Results.Ok(Shape(c)) : Missing(id)).WithSummary("One campaign with its settings");
        read.MapGet("/{id:int}/effect", EffectAsync).WithSummary("What it did so far: arms, bands that hold at every look, verdicts");
        var people = routes.MapGroup("/v1/campaigns").WithTags("Campaigns").RequireAuthorization(Access.ReadPeopleApi);
        people.MapGet("/{id:int}/people", PeopleAsync).WithSummary("Who was taken in or left out, and why").WithDescription("arm: held, out or a version; reason: of those left out. Hand next back as after.");
        people.MapGet("/sent", SentAsync).WithSummary("Messages as they were handed over, oldest first").WithDescription("after: next of the answer before.");
        var write = routes.MapGroup("/v1/campaigns").WithTags("Campaigns").RequireAuthorization(Access.AdminApi);
        write.MapPost("", CreateAsync).WithSummary("Create a campaign as a draft");
        foreach (var act in (string[])["start", "pause", "resume", "end"])
            write.MapPost($"/{{id:int}}/{act}", (int id, HttpContext http, CampaignService campaigns, CancellationToken cancel) => ActAsync(id, act, http, campaigns, cancel)).WithSummary($"{char.ToUpperInvariant(act[0])}{act[1..]} a campaign").WithDescription("Twice is once.");
        write.MapGet("/{id:int}/webhooks", async (int id, CampaignService campaigns, WebhookService webhooks, CancellationToken cancel) =>
            await campaigns.FindAsync(id, cancel) is null ? Missing(id) : Results.Ok(new { webhooks = await webhooks.EndpointsAsync(WebhookChannel.Owner(id), cancel) })).WithSummary("Receivers of a webhook campaign");
        write.MapPost("/{id:int}/webhooks", AddWebhookAsync).WithSummary("Add a receiver").WithDescription("The answer holds the secret its messages are signed with; it is not shown again.");
        routes.MapGet("/campaigns/{id:int}/handover.csv", HandOverAsync).RequireAuthorization(Access.EditCampaigns).ExcludeFromDescription();
        var shop = routes.MapGroup("/v1").WithTags("Campaigns").RequireAuthorization(Access.SendEvents);
        shop.MapPost("/campaigns/feedback", FeedbackAsync).WithSummary("Bounces, complaints and unsubscribes as the mail provider reports them").WithDescription("type: bounce, complaint or unsubscribe; message_id as it was sent, or user_id.");
        shop.MapGet("/onsite", OnsiteAsync).RequireCors("ingest").WithSummary("On-site messages due for a visitor").WithDescription("user: the shop's user id. Asking is showing: each message is given once.");
    }

    private sealed record NewCampaign(string Name, CampaignSpec? Spec);

    private sealed record NewWebhook(string Url);

    private sealed record Feedback(string? Type, string? MessageId, string? UserId);

    private static async Task<IResult> EffectAsync(int id, CampaignService campaigns, EffectService effects, CancellationToken cancel)
    {
        if (await campaigns.FindAsync(id, cancel) is not { } campaign) return Missing(id);
        var view = await effects.ViewAsync(campaign, cancel);
        var e = view.Effect;
        return Results.Ok(new
        {
            as_of = e.LookedAt, view.Frozen, changed_since = view.ChangedSince is not null, e.Holdout, treated = e.Treated, held = e.Held, sample_ratio_p = e.Ratio.P, information = e.Information, conversion = Shape(e.Conversion), revenue = Shape(e.Revenue),
            order_value = Shape(e.OrderValue), e.Arms, e.Touch, e.Unsubscribed, e.Complained, e.Bounced, cost = e.Cost, margin = Shape(e.Margin), cost_known = e.CostKnown,
            return_on_spend = Shape(e.ReturnOnSpend), roi = Shape(e.Roi), profit = Shape(e.Profit), attributed_return = e.AttributedReturn, window_days = campaign.Read().WindowDays,
        });
    }

    private static object? Shape(EffectFigure? f) => f is null ? null : new { f.Treated, f.Held, effect = f.Band.Value, low = Finite(f.Band.Low), high = Finite(f.Band.High), verdict = f.Verdict switch { Statistics.Verdict.Works => "works", Statistics.Verdict.Hurts => "hurts", _ => "too early" }, total = f.Total.Value };

    private static object? Shape(Statistics.Interval? i) => i is { } band ? new { band.Value, low = Finite(band.Low), high = Finite(band.High) } : null;

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static async Task<IResult> PeopleAsync(int id, string? arm, string? reason, string? after, int? limit, CampaignService campaigns, IAuditLog audit, CancellationToken cancel)
    {
        if (limit is < 1 or > 10_000) return Results.Problem("limit must be 1 to 10000.", statusCode: 400);
        if (await campaigns.FindAsync(id, cancel) is null) return Missing(id);
        var from = after?.Split('~', 2) is [var person, var entry] ? (person, entry) : ((string, string)?)null;
        var page = await campaigns.PeopleAsync(id, null, arm, reason, from, limit ?? 1_000, cancel);
        await audit.PeopleViewedAsync(CampaignService.Target(id), page.Count, cancel);
        return Results.Ok(new { people = page, next = page.Count < (limit ?? 1_000) ? null : $"{page[^1].Person}~{page[^1].Entry}" });
    }

    private static async Task<IResult> SentAsync(string? after, int? limit, OutboxStore outbox, IAuditLog audit, CancellationToken cancel)
    {
        var from = (At: DateTimeOffset.UnixEpoch, Id: "");
        if (after is not null && (after.Split('~', 2) is not [var at, var id] || !DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out from.At))) return Results.Problem("after must be next of an answer before.", statusCode: 400);
        if (after?.Split('~', 2) is [_, var last]) from.Id = last;
        var sent = await outbox.SentAsync((from.At.ToUniversalTime(), from.Id), Math.Clamp(limit ?? 1_000, 1, 10_000), cancel);
        await audit.PeopleViewedAsync("outbox", sent.Count, cancel);
        return Results.Ok(new { sent = sent.Select(s => new { id = s.Id, campaign_id = s.CampaignId, user_id = s.Person, sent_at = s.SentAt }), next = sent.Count == 0 ? after : $"{sent[^1].SentAt.UtcDateTime:O}~{sent[^1].Id}" });
    }

    private static async Task<IResult> CreateAsync(NewCampaign wanted, HttpContext http, CampaignService campaigns, CancellationToken cancel)
    {
        var made = await campaigns.CreateAsync(wanted.Name ?? "", wanted.Spec ?? new CampaignSpec(), Who(http), cancel);
        return made.Campaign is { } c ? Results.Json(Shape(c), statusCode: 201) : Invalid(made.Problems);
    }

    private static async Task<IResult> ActAsync(int id, string act, HttpContext http, CampaignService campaigns, CancellationToken cancel)
    {
        if (await campaigns.FindAsync(id, cancel) is not { } campaign) return Missing(id);
        if (act == "start")
        {
            var started = await campaigns.StartAsync(campaign, Who(http), cancel);
            return started.Campaign is { } c ? Results.Ok(Shape(c)) : Invalid(started.Problems);
        }
        _ = act switch { "pause" => await campaigns.PauseAsync(campaign, Who(http), null, cancel), "resume" => await campaigns.ResumeAsync(campaign, Who(http), cancel), _ => await campaigns.EndAsync(campaign, Who(http), cancel) };
        return Results.Ok(Shape((await campaigns.FindAsync(id, cancel))!));
    }

    private static async Task<IResult> AddWebhookAsync(int id, NewWebhook wanted, CampaignService campaigns, WebhookService webhooks, CancellationToken cancel)
    {
        if (await campaigns.FindAsync(id, cancel) is null) return Missing(id);
        var added = await webhooks.AddAsync(WebhookChannel.Owner(id), wanted.Url, cancel);
        return added.Endpoint is { } endpoint ? Results.Json(new { endpoint.Id, endpoint.Url, added.Secret }, statusCode: 201) : Results.Problem("The address cannot be called.", statusCode: 422, extensions: new Dictionary<string, object?> { ["code"] = added.Problem });
    }

    /// <summary>The people of a hand-over campaign as a file, for a tool that sends by itself. Downloading counts as handing over.</summary>
    /// <param name="last">The file before once more, where its download broke off.</param>
    private static async Task<IResult> HandOverAsync(int id, bool? last, CampaignService campaigns, HandOver handOver, IAuditLog audit, CancellationToken cancel)
    {
        if (await campaigns.FindAsync(id, cancel) is not { } campaign || campaign.Read().Channel != Channels.Csv) return Missing(id);
        var rows = last == true ? await handOver.LastAsync(campaign, cancel) : await handOver.TakeAsync(campaign, cancel);
        await audit.RecordAsync(new AuditEntry("people.downloaded", CampaignService.Target(id), JsonSerializer.Serialize(new { count = rows.Count })), cancel);
        return Results.Text(Csv.Write(["message_id", "user_id", "email", "version", "step", "subject", "body"], rows), "text/csv; charset=utf-8");
    }

    private static async Task<IResult> FeedbackAsync(Feedback said, FeedbackService feedback, CancellationToken cancel)
    {
        var reason = said.Type switch { "bounce" => "bounced", "complaint" => "complained", "unsubscribe" => "unsubscribed", _ => null };
        if (reason is null) return Results.Problem("type must be bounce, complaint or unsubscribe.", statusCode: 400);
        return await feedback.TakeAsync(reason, said.MessageId, said.UserId, cancel) ? Results.Accepted() : Results.Problem("Name a message_id that was sent, or a user_id.", statusCode: 404);
    }

    private static async Task<IResult> OnsiteAsync(string? user, HandOver handOver, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(user)) return Results.Problem("Name the user.", statusCode: 400);
        return Results.Ok(new { messages = await handOver.ShowAsync(user, cancel) });
    }

    private static string Who(HttpContext http) => http.User.Identity?.Name is { Length: > 0 } name ? name : "api";

    private static object Shape(Campaign c) => new { c.Id, c.Name, c.Status, c.Archived, c.Version, c.CreatedAt, c.UpdatedAt, c.StartedAt, c.EndedAt, c.NextAt, c.Holdout, c.Stopped, Spec = c.Read() };

    private static IResult Missing(int id) => Results.Problem($"There is no campaign {id}.", statusCode: 404);

    private static IResult Invalid(IReadOnlyList<CampaignProblem> problems) => Results.Problem("The campaign cannot be used.", statusCode: 422, extensions: new Dictionary<string, object?> { ["problems"] = problems });
}
