using BehaviorDashboard.Contracts;
using BehaviorDashboard.Live;
using BehaviorDashboard.Look;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Reviews;
using BehaviorDashboard.ServiceDesk.Ml;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.ServiceDesk.Pages;

/// <summary>One conversation: what was said, what it seems to be about, answers to take, and whom it is with.</summary>
public sealed partial class OneConversation
{
    private Conversation? _shown;
    private Person? _person;
    private ShopFactSet? _facts;
    private IntentGuess? _guess;
    private IReadOnlyList<ConversationMessage> _messages = [];
    private IReadOnlyList<Suggestion> _suggestions = [];
    private IReadOnlyList<Incident> _incidents = [];
    private IReadOnlyList<PersonOrder> _orders = [];
    private readonly HashSet<int> _rejected = [];
    private Suggestion? _used;
    private Subscription? _live;
    private string _reply = "";
    private string _me = "";
    private string? _problem;
    private bool _missing;

    [Inject] private ConversationService Desk { get; set; } = null!;

    [Inject] private DeskReader Reader { get; set; } = null!;

    [Inject] private KnowledgeService Answers { get; set; } = null!;

    [Inject] private IntentModels Intents { get; set; } = null!;

    [Inject] private IEnumerable<PersonPanel> Panels { get; set; } = null!;

    [Inject] private IAuditLog Audit { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private IStringLocalizer<UI> Ui { get; set; } = null!;

    [Inject] private IStringLocalizer<ServiceText> Text { get; set; } = null!;

    [Parameter] public int Id { get; set; }

    [CascadingParameter] public Task<AuthenticationState> Session { get; set; } = null!;

    private string Target => "conversation:" + Id.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private string Lead => _shown!.KnownIntent is { } intent ? Text["LeadIntent", Text["Intent." + intent].Value, Format.Ago(_shown.OpenedAt)] : Text["LeadUnsure", Format.Ago(_shown.OpenedAt)];

    protected override async Task OnParametersSetAsync()
    {
        if (RendererInfo.IsInteractive) _live ??= Desk.Changed.Subscribe(TimeSpan.FromSeconds(1), ReloadAsync);
        _me = (await Session).User.Identity?.Name ?? "?";
        await LoadAsync();
        if (_shown is not null) await Audit.RecordAsync(new AuditEntry("conversation.viewed", Target));
    }

    public void Dispose() => _live?.Dispose();

    private Task ReloadAsync() => InvokeAsync(async () =>
    {
        await LoadAsync();
        StateHasChanged();
    });

    private async Task LoadAsync()
    {
        if (await Reader.ReadAsync(Id) is not { } read)
        {
            (_shown, _missing) = (null, true);
            return;
        }
        (_shown, _messages, _person, _orders, _facts, _incidents, _guess) = (read.Conversation, read.Messages, read.Person, read.Orders, read.Facts, read.Incidents, read.Guess);
        _suggestions = _shown.Status == Conversation.Solved || Newest is not { } newest ? [] : [.. (await Answers.SuggestAsync(_shown, newest.Body)).Where(s => !_rejected.Contains(s.Article.Id))];
    }

    private ConversationMessage? Newest => _messages.LastOrDefault(m => m.Author == ConversationMessage.Shopper);

    private string IntentName(string intent) => Text["Intent." + intent].Value;

    private void Use(Suggestion suggestion) => (_used, _reply, _problem) = (suggestion, suggestion.Filled, null);

    private async Task RejectAsync(Suggestion suggestion)
    {
        _rejected.Add(suggestion.Article.Id);
        await Answers.ChooseAsync(_shown!, Newest!.Id, _suggestions, suggestion, "rejected");
        await LoadAsync();
    }

    private async Task SendAsync(bool solved)
    {
        _problem = string.IsNullOrWhiteSpace(_reply) ? "ReplyEmpty" : ShopFacts.Names.Any(n => _reply.Contains("{" + n + "}", StringComparison.Ordinal)) ? "ReplyUnfilled" : null;
        if (_problem is not null) return;
        if (_used is { } used && Newest is { } newest)
            await Answers.ChooseAsync(_shown!, newest.Id, _suggestions, used, _reply.Trim() == used.Filled.Trim() ? "accepted" : "edited");
        await Desk.ReplyAsync(_shown!, _me, _reply, solved);
        await Audit.RecordAsync(new AuditEntry("conversation.replied", Target));
        (_used, _reply) = (null, "");
        await LoadAsync();
    }

    private async Task NoteAsync()
    {
        _problem = string.IsNullOrWhiteSpace(_reply) ? "ReplyEmpty" : null;
        if (_problem is not null) return;
        await Desk.NoteAsync(_shown!, _me, _reply);
        await Audit.RecordAsync(new AuditEntry("conversation.noted", Target));
        _reply = "";
        await LoadAsync();
    }

    private async Task AssignAsync()
    {
        await Desk.AssignAsync(_shown!, _shown!.Assignee == _me ? null : _me);
        await Audit.RecordAsync(new AuditEntry("conversation.assigned", Target));
        await LoadAsync();
    }

    private async Task ToggleAsync()
    {
        await Desk.SetStatusAsync(_shown!, _shown!.Status == Conversation.Solved ? Conversation.Open : Conversation.Solved);
        await Audit.RecordAsync(new AuditEntry("conversation.moved", Target));
        await LoadAsync();
    }

    private async Task IntentAsync(ChangeEventArgs change)
    {
        await Desk.SetIntentAsync(_shown!, (string?)change.Value is { Length: > 0 } intent ? intent : null);
        await Audit.RecordAsync(new AuditEntry("conversation.labelled", Target));
        await LoadAsync();
    }
}
