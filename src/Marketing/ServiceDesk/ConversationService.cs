using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Reviews;
using BehaviorDashboard.Reviews.Ml;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>Conversations with shoppers: what comes in is read for language, intent and tone; what goes out is told to the shop's systems.</summary>
public sealed class ConversationService
{
    /// <summary>Receivers of outgoing messages listen to this owner.</summary>
    public const string Owner = "service";

    public const int MostText = 10_000;

    private readonly ConversationStore _store;
    private readonly IntentModels _intents;
    private readonly SentimentModels _tones;
    private readonly WebhookService _webhooks;
    private readonly IServiceScopeFactory _scopes;
    private readonly ServiceDeskOptions _options;
    private readonly TimeProvider _time;

    internal ConversationService(ConversationStore store, IntentModels intents, SentimentModels tones, WebhookService webhooks, IServiceScopeFactory scopes, IOptions<ServiceDeskOptions> options, TimeProvider time, ILogger<Signal> logger)
    {
        (_store, _intents, _tones, _webhooks, _scopes, _options, _time) = (store, intents, tones, webhooks, scopes, options.Value, time);
        Changed = new Signal(time, logger);
    }

    /// <summary>A conversation began, moved or grew.</summary>
    public Signal Changed { get; }

    public DateTimeOffset Now => _time.GetUtcNow();

    public Task<Conversation?> FindAsync(int id, CancellationToken cancel = default) => _store.FindAsync(id, cancel);

    public Task<IReadOnlyList<ConversationMessage>> MessagesAsync(Conversation conversation, CancellationToken cancel = default) => _store.MessagesAsync(conversation, cancel);

    /// <summary>Late ones first, then by priority.</summary>
    public async Task<IReadOnlyList<Conversation>> QueueAsync(QueueQuery query, CancellationToken cancel = default)
    {
        var now = Now;
        return [.. (await _store.QueueAsync(query, cancel)).OrderByDescending(c => c.IsLate(now)).ThenBy(c => c.Status == Conversation.Open ? 0 : 1).ThenByDescending(c => c.Priority).ThenBy(c => c.OpenedAt)];
    }

    public Task<DeskFigures> FiguresAsync(CancellationToken cancel = default) => _store.FiguresAsync(Now, cancel);

    /// <summary>Takes a shopper's message in; the same message id is stored once.</summary>
    public async Task<Received> ReceiveAsync(InboundMessage message, CancellationToken cancel = default)
    {
        if (Problem(message) is { } problem) return new Received(null, false, problem);
        var now = Now;
        var at = message.At is { } given && given < now ? given.ToUniversalTime() : now;
        var body = message.Body!.Replace("\0", "", StringComparison.Ordinal).Trim();
        var whole = message with { Body = body, Channel = Blank(message.Channel) ?? "api", Subject = Blank(message.Subject) ?? Head(body), UserId = Blank(message.UserId), OrderId = Blank(message.OrderId), ProductId = Blank(message.ProductId) };
        var read = await ReadAsync(whole, cancel);
        var due = at.AddHours(_options.FirstReplyHours * (read.Complaint ? 0.5 : 1));
        var (id, isNew) = await _store.ReceiveAsync(whole, read, at, due, (session, conversation) => TellAsync(session, "conversation.message", conversation, body), cancel);
        if (isNew) Raise();
        return new Received(await _store.FindAsync(id, cancel), isNew, null);
    }

    /// <summary>Answers the shopper; receivers are told so that the answer goes out.</summary>
    public async Task ReplyAsync(Conversation conversation, string agent, string body, bool solved = false, CancellationToken cancel = default)
    {
        await _store.WriteAsync(conversation, ConversationMessage.ByAgent, agent, Cut(body), Conversation.Waiting, Now, session => TellAsync(session, "conversation.replied", conversation.Id, Cut(body)), cancel);
        if (solved) await SetStatusAsync(conversation, Conversation.Solved, cancel);
        Raise();
    }

    /// <summary>A note that only colleagues see.</summary>
    public async Task NoteAsync(Conversation conversation, string agent, string body, CancellationToken cancel = default)
    {
        await _store.WriteAsync(conversation, ConversationMessage.Note, agent, Cut(body), conversation.Status, Now, _ => Task.CompletedTask, cancel);
        Raise();
    }

    public async Task SetStatusAsync(Conversation conversation, string status, CancellationToken cancel = default)
    {
        if (status is not (Conversation.Open or Conversation.Waiting or Conversation.Solved)) throw new ArgumentOutOfRangeException(nameof(status), status, "open, waiting or solved.");
        await _store.SetStatusAsync(conversation, status, Now, session => status == Conversation.Solved ? TellAsync(session, "conversation.solved", conversation.Id, null) : Task.CompletedTask, cancel);
        Raise();
    }

    /// <param name="agent">Null: nobody.</param>
    public async Task AssignAsync(Conversation conversation, string? agent, CancellationToken cancel = default)
    {
        await _store.AssignAsync(conversation, agent, cancel);
        Raise();
    }

    /// <summary>An agent says what it is about; the model learns from it at its next training.</summary>
    public async Task SetIntentAsync(Conversation conversation, string? intent, CancellationToken cancel = default)
    {
        var told = intent is not null && _intents.Known.Contains(intent) ? intent : null;
        await _store.SetIntentAsync(conversation, told, told is null ? conversation.Complaint : IntentModels.IsComplaint(told), cancel);
        Raise();
    }

    /// <summary>What may be shown of the tone: null where its model has not been judged by enough rated reviews.</summary>
    public double? Tone(Conversation conversation) => conversation.Good is not null && _tones.Of(conversation.Language) is { Shows: true } ? conversation.Good : null;

    private async Task<ConversationStore.Reading> ReadAsync(InboundMessage message, CancellationToken cancel)
    {
        var text = message.Subject == Head(message.Body!) ? message.Body! : message.Subject + " " + message.Body;
        var language = TextLanguage.Of(text);
        var guess = (await _intents.OfAsync(language, cancel))?.Guess(message.Body!);
        var good = _tones.Of(language)?.Model.Predict(text);
        var complaint = guess?.Intent is { } sure ? IntentModels.IsComplaint(sure) : good <= Review.BadBelow;
        var value = 0m;
        if (message.UserId is { } user)
        {
            await using var scope = _scopes.CreateAsyncScope();
            value = (await scope.ServiceProvider.GetRequiredService<PeopleService>().FindAsync(user, cancel))?.NetRevenue ?? 0;
        }
        return new ConversationStore.Reading(language, guess?.Best is [var best, ..] ? best.Intent : null, guess?.Best is [var first, ..] ? first.Chance : null, guess?.Sure ?? false, good, complaint, value);
    }

    private Task TellAsync(Session session, string kind, int conversation, string? body) => _webhooks.EnqueueAsync(session, Owner,
        new WebhookMessage(kind, JsonSerializer.Serialize(new { type = kind, timestamp = Now, data = new { conversation = new { id = conversation }, body } })));

    private void Raise()
    {
        Changed.Raise();
        _webhooks.Changed.Raise();
    }

    private static string? Problem(InboundMessage message)
    {
        if (string.IsNullOrWhiteSpace(message.Body)) return "body is empty.";
        if (message.Body.Length > MostText) return string.Create(CultureInfo.InvariantCulture, $"body has {message.Body.Length} characters; at most {MostText} are taken.");
        return ((string?[])[message.ConversationId, message.MessageId, message.UserId, message.Channel, message.Subject, message.OrderId, message.ProductId]).Any(t => t?.Length > 255) ? "An id, the channel or the subject has more than 255 characters." : null;
    }

    private static string Head(string body) => body.Length <= 80 ? body : body[..(char.IsHighSurrogate(body[78]) ? 78 : 79)] + "…";

    private static string Cut(string body) => body.Trim() is var text && text.Length > MostText ? text[..MostText] : body.Trim();

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
