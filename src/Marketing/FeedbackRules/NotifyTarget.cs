using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.FeedbackRules.Pages;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Webhooks;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>Tells people in the product or by e-mail, and receivers outside by signed webhook.</summary>
internal sealed class NotifyTarget(Database database, RuleStore rules, WebhookService webhooks, NoticeMail mail, LedgerSignal signal, TimeProvider time, IStringLocalizer<RulesText> text) : IActionTarget
{
    /// <summary>What a webhook's owner is called that hears of rules.</summary>
    public const string Owner = "rules";

    public string Target => "notify";

    public IReadOnlyList<ActionKind> Actions =>
    [
        new("in_app", () => text["Notify.InApp"], false, [Message]),
        new("email", () => text["Notify.Email"], false, [new("to", () => text["Notify.To"], "email"), Message]),
        new("webhook", () => text["Notify.Webhook"], false, [Message]),
    ];

    private ActionParameter Message => new("message", () => text["Notify.Message"], "text");

    public Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string text, int limit, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<WatchedObject>>([]);

    public Task<ActionOutcome> PreviewAsync(ActionRequest request, CancellationToken cancel = default) => Task.FromResult(request.Action == "email" && !mail.CanSend ? ActionOutcome.Refused(text["Notify.NoServer"]) : new ActionOutcome("{}", After(request)));

    public async Task<ActionOutcome> ApplyAsync(ActionRequest request, CancellationToken cancel = default)
    {
        var message = request.Parameters.GetValueOrDefault("message", "");
        if (request.Action == "in_app")
        {
            await rules.TellAsync(new Notice(request.Id, request.Id.Split('#')[0], time.GetUtcNow(), message, request.Cause), cancel);
            signal.Changed.Raise();
        }
        else if (request.Action == "email")
        {
            if (!mail.CanSend) return ActionOutcome.Refused(text["Notify.NoServer"]);
            if (await mail.SendAsync(request.Id, request.Parameters.GetValueOrDefault("to", ""), message) is { } refused) return ActionOutcome.Refused(text["Notify.Refused", refused]);
        }
        else
        {
            var body = JsonSerializer.Serialize(new { type = "rule.fired", id = request.Id, cause = request.Cause, message, at = time.GetUtcNow() });
            await database.WriteAsync(session => webhooks.EnqueueAsync(session, Owner, new WebhookMessage("rule.fired", body, request.Id)), cancel);
            webhooks.Changed.Raise();
        }
        return new ActionOutcome("{}", After(request));
    }

    public async Task<ActionOutcome> UndoAsync(ActionRequest request, ActionOutcome done, CancellationToken cancel = default)
    {
        if (request.Action != "in_app") return ActionOutcome.Refused(text["Notify.Sent"]);
        await rules.TakeBackAsync(request.Id, cancel);
        return new ActionOutcome(done.After, done.Before);
    }

    private static string After(ActionRequest request) => JsonSerializer.Serialize(request.Parameters);
}
