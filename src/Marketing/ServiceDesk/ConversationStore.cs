using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>All SQL about conversations.</summary>
internal sealed class ConversationStore(Database database)
{
    internal sealed record Reading(string? Language, string? Intent, double? IntentChance, bool IntentSure, double? Good, bool Complaint, decimal Value);

    internal sealed record LabelledRow(string Language, string Intent, string Body);

    private sealed record Known(int Id, string Who);

    private sealed record Counts(long Open, long Waiting, long Late, long Complaints);

    private const string Columns = """
        id as Id, external_id as ExternalId, nullif(user_id, '') as UserId, channel as Channel, subject as Subject, language as Language, status as Status, assignee as Assignee, opened_at as OpenedAt, updated_at as UpdatedAt,
        due_at as DueAt, replied_at as RepliedAt, solved_at as SolvedAt, intent as Intent, intent_chance as IntentChance, intent_sure as IntentSure, intent_given as IntentGiven, good as Good, complaint as Complaint,
        value as Value, order_id as OrderId, product_id as ProductId
        """;

    private const string Insert = """
        insert into conversations (id, external_id, user_id, channel, subject, language, status, opened_at, updated_at, due_at, intent, intent_chance, intent_sure, good, complaint, value, order_id, product_id)
        values (@Id, @ExternalId, @Who, @Channel, @Subject, @Language, 'open', @OpenedAt, @OpenedAt, @DueAt, @Intent, @IntentChance, @IntentSure, @Good, @Complaint, @Value, @OrderId, @ProductId)
        """;

    // With the person, so that where people lie on several servers only theirs is asked.
    private const string One = "id = @Id and user_id = @Who";

    private const string Again = $"""
        update conversations set status = 'open', solved_at = null, updated_at = @Now, language = coalesce(@Language, language), good = coalesce(@Good, good), complaint = complaint or @Complaint, value = @Value,
            intent = case when @IntentSure or not intent_sure then @Intent else intent end, intent_chance = case when @IntentSure or not intent_sure then @IntentChance else intent_chance end,
            intent_sure = intent_sure or @IntentSure where {One}
        """;

    private const string Message = """
        insert into conversation_messages (id, conversation_id, external_id, user_id, sent_at, author, agent, body)
        values (cast(nextval('conversation_messages_id') as bigint), @ConversationId, @ExternalId, @Who, @SentAt, @Author, @Agent, @Body)
        """;

    private const string Queue = $"""
        select {Columns} from conversations where (cast(@Status as text) is null and status <> 'solved' or status = @Status) and (cast(@Assignee as text) is null or coalesce(assignee, '') = @Assignee)
            and (@Text = '' or lower(subject) like @Like or user_id = @Text or order_id = @Text) order by updated_at desc, id desc limit @Limit
        """;

    private const string Figures = """
        select count(*) filter (where status = 'open') as Open, count(*) filter (where status = 'waiting') as Waiting, count(*) filter (where status = 'open' and replied_at is null and due_at < @Now) as Late,
            count(*) filter (where complaint and status <> 'solved') as Complaints from conversations
        """;

    private const string Replies = "select extract(epoch from replied_at) - extract(epoch from opened_at) from conversations where replied_at is not null and replied_at >= @From and replied_at <= @To";

    private const string Labels = """
        select c.language as Language, c.intent_given as Intent, m.body as Body from conversations c
        join (select user_id, conversation_id, min(id) as first from conversation_messages where author = 'shopper' group by user_id, conversation_id) f on f.user_id = c.user_id and f.conversation_id = c.id
        join conversation_messages m on m.user_id = f.user_id and m.id = f.first
        where c.intent_given is not null and c.language = @Language order by c.id desc limit 20000
        """;

    public Task<(int Id, bool New)> ReceiveAsync(InboundMessage message, Reading read, DateTimeOffset at, DateTimeOffset due, Func<Session, int, Task> told, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        if (message.MessageId is not null && await session.FirstOrDefaultAsync<int?>("select conversation_id from conversation_messages where external_id = @Id", new { Id = message.MessageId }) is { } known) return (known, false);
        var conversation = message.ConversationId is null ? null : await session.FirstOrDefaultAsync<Known>("select id as Id, user_id as Who from conversations where external_id = @Id", new { Id = message.ConversationId });
        if (conversation is null)
        {
            conversation = new Known(await session.ScalarAsync<int>("select cast(nextval('conversations_id') as integer)"), message.UserId ?? PersonKey.Nobody);
            await session.ExecuteAsync(Insert, new
            {
                conversation.Id, ExternalId = message.ConversationId, conversation.Who, message.Channel, message.Subject, OpenedAt = at, DueAt = due, message.OrderId, message.ProductId,
                read.Language, read.Intent, read.IntentChance, read.IntentSure, read.Good, read.Complaint, read.Value,
            });
        }
        else await session.ExecuteAsync(Again, new { conversation.Id, conversation.Who, Now = at, read.Language, read.Intent, read.IntentChance, read.IntentSure, read.Good, read.Complaint, read.Value });
        await session.ExecuteAsync(Message, new { ConversationId = conversation.Id, ExternalId = message.MessageId, conversation.Who, SentAt = at, Author = ConversationMessage.Shopper, Agent = (string?)null, message.Body });
        await told(session, conversation.Id);
        return (conversation.Id, true);
    }, cancel);

    public Task WriteAsync(Conversation conversation, string author, string agent, string body, string status, DateTimeOffset now, Func<Session, Task> told, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync(Message, new { ConversationId = conversation.Id, ExternalId = (string?)null, Who = Of(conversation), SentAt = now, Author = author, Agent = agent, Body = body });
        if (author == ConversationMessage.ByAgent)
            await session.ExecuteAsync($"update conversations set status = @Status, updated_at = @Now, replied_at = coalesce(replied_at, cast(@Now as timestamptz)), assignee = coalesce(assignee, cast(@Agent as text)) where {One}",
                new { conversation.Id, Who = Of(conversation), Status = status, Now = now, Agent = agent });
        await told(session);
    }, cancel);

    public Task SetStatusAsync(Conversation conversation, string status, DateTimeOffset now, Func<Session, Task> told, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync($"update conversations set status = @Status, updated_at = @Now, solved_at = case when @Status = 'solved' then cast(@Now as timestamptz) end where {One}", new { conversation.Id, Who = Of(conversation), Status = status, Now = now });
        await told(session);
    }, cancel);

    public Task AssignAsync(Conversation conversation, string? agent, CancellationToken cancel) => database.ExecuteAsync($"update conversations set assignee = @Agent where {One}", new { conversation.Id, Who = Of(conversation), Agent = agent }, cancel);

    public Task SetIntentAsync(Conversation conversation, string? intent, bool complaint, CancellationToken cancel) =>
        database.ExecuteAsync($"update conversations set intent_given = @Intent, complaint = @Complaint where {One}", new { conversation.Id, Who = Of(conversation), Intent = intent, Complaint = complaint }, cancel);

    public Task<Conversation?> FindAsync(int id, CancellationToken cancel) => database.FirstOrDefaultAsync<Conversation>($"select {Columns} from conversations where id = @Id", new { Id = id }, cancel);

    public Task<IReadOnlyList<Conversation>> QueueAsync(QueueQuery query, CancellationToken cancel) => database.QueryAsync<Conversation>(Queue,
        new { query.Status, query.Assignee, Text = query.Text.Trim(), Like = $"%{query.Text.Trim().ToLowerInvariant()}%", query.Limit }, cancel);

    public Task<IReadOnlyList<ConversationMessage>> MessagesAsync(Conversation conversation, CancellationToken cancel) => database.QueryAsync<ConversationMessage>(
        "select id as Id, conversation_id as ConversationId, external_id as ExternalId, sent_at as SentAt, author as Author, agent as Agent, body as Body from conversation_messages where conversation_id = @Id and user_id = @Who order by sent_at, id",
        new { conversation.Id, Who = Of(conversation) }, cancel);

    public Task<IReadOnlyList<string>> ComplainingAsync(CancellationToken cancel) =>
        database.QueryAsync<string>("select distinct coalesce(i.user_id, c.user_id) from conversations c left join identities i on i.alias = c.user_id where c.complaint and c.status <> 'solved' and c.user_id <> ''", null, cancel);

    public Task<IReadOnlyList<LabelledRow>> LabelsAsync(string language, CancellationToken cancel) => database.QueryAsync<LabelledRow>(Labels, new { Language = language }, cancel);

    public async Task<DeskFigures> FiguresAsync(DateTimeOffset now, CancellationToken cancel)
    {
        var counts = (await database.FirstOrDefaultAsync<Counts>(Figures, new { Now = now }, cancel))!;
        var hours = await ReplyHoursAsync(now.AddDays(-30), now, cancel);
        return new DeskFigures(counts.Open, counts.Waiting, counts.Late, counts.Complaints, Median(hours), hours.Count);
    }

    public Task<IReadOnlyList<double>> ReplyHoursAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancel) => database.QueryAsync<double>($"select cast(s as double precision) / 3600 from ({Replies}) r(s)", new { From = from, To = to }, cancel);

    /// <summary>How many were open at an instant.</summary>
    public Task<long> OpenAtAsync(DateTimeOffset at, CancellationToken cancel) =>
        database.ScalarAsync<long>("select count(*) from conversations where opened_at <= @At and (solved_at is null or solved_at > @At)", new { At = at }, cancel);

    private static string Of(Conversation conversation) => conversation.UserId ?? PersonKey.Nobody;

    internal static double? Median(IReadOnlyList<double> values)
    {
        if (values.Count == 0) return null;
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
