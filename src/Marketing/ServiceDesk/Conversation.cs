namespace BehaviorDashboard.ServiceDesk;

/// <summary>What a shopper asks, and where it stands.</summary>
/// <param name="Status">open (waits for us), waiting (waits for the shopper) or solved.</param>
/// <param name="DueAt">When the first reply is promised.</param>
/// <param name="Intent">What it seems to be about; shown as told only where <paramref name="IntentSure"/> or an agent said so.</param>
/// <param name="Good">Chance that the words are of a content writer; null where no model reads the language.</param>
/// <param name="Value">Net revenue of the person when the last message came.</param>
public sealed record Conversation(int Id, string? ExternalId, string? UserId, string Channel, string Subject, string? Language, string Status, string? Assignee, DateTimeOffset OpenedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset DueAt, DateTimeOffset? RepliedAt, DateTimeOffset? SolvedAt, string? Intent, double? IntentChance, bool IntentSure, string? IntentGiven, double? Good, bool Complaint, decimal Value, string? OrderId, string? ProductId)
{
    public const string Open = "open";
    public const string Waiting = "waiting";
    public const string Solved = "solved";

    /// <summary>What an agent said it is, else what the model is sure of; null: nobody knows.</summary>
    public string? KnownIntent => IntentGiven ?? (IntentSure ? Intent : null);

    /// <summary>Unhappiness times value: (1 + 2 × chance of a discontent writer) × (1 + ln(1 + net revenue / 100)), half as much again for complaints.</summary>
    public double Priority => (1 + 2 * (1 - (Good ?? 0.5))) * (1 + Math.Log(1 + (double)Math.Max(0, Value) / 100)) * (Complaint ? 1.5 : 1);

    public bool IsLate(DateTimeOffset now) => Status == Open && RepliedAt is null && now > DueAt;
}

/// <summary>One message. <paramref name="Author"/>: shopper, agent, or note (for colleagues only).</summary>
public sealed record ConversationMessage(long Id, int ConversationId, string? ExternalId, DateTimeOffset SentAt, string Author, string? Agent, string Body)
{
    public const string Shopper = "shopper";
    public const string ByAgent = "agent";
    public const string Note = "note";
}

/// <summary>A message of a shopper as it comes in.</summary>
/// <param name="ConversationId">The sender's own id of the conversation; null begins a new one.</param>
/// <param name="MessageId">The sender's own id of the message: the same is stored once.</param>
public sealed record InboundMessage(string? ConversationId, string? MessageId, string? UserId, string? Channel, string? Subject, string? Body, string? OrderId = null, string? ProductId = null, DateTimeOffset? At = null);

/// <summary>What became of a message.</summary>
public sealed record Received(Conversation? Conversation, bool New, string? Problem);

/// <summary>Which conversations.</summary>
/// <param name="Status">open, waiting, solved; null: all but the solved.</param>
/// <param name="Assignee">Null: anybody's; empty: nobody's.</param>
public sealed record QueueQuery(string? Status = null, string? Assignee = null, string Text = "", int Limit = 100);

/// <summary>How the desk stands.</summary>
/// <param name="ReplyHours">Median of first replies of the last 30 days.</param>
public sealed record DeskFigures(long Open, long Waiting, long Late, long Complaints, double? ReplyHours, long Replies);
