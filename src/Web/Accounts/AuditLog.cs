using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Accounts;

/// <summary>Appends to the audit log, and pages through it. Nothing here changes or removes a line.</summary>
internal sealed class AuditLog(Database database, IHttpContextAccessor http, TimeProvider time) : IAuditLog
{
    private const string Insert = """
        insert into audit_log (id, occurred_at, actor_kind, actor_id, actor_name, action, target, detail, ip)
        values (@Id, @At, @Kind, @ActorId, @Name, @Action, @Target, @Detail, @Ip)
        """;

    private const string Where = """
        from audit_log
        where (cast(@from as timestamptz) is null or occurred_at >= cast(@from as timestamptz)) and (cast(@to as timestamptz) is null or occurred_at < cast(@to as timestamptz))
          and (cast(@who as text) is null or lower(actor_name) like @who or actor_id = cast(@whoExact as text))
          and (cast(@what as text) is null or action like @what)
          and (cast(@target as text) is null or target in (@target, @reference))
        """;

    private const string Page = $"""
        select id as Id, occurred_at as At, actor_kind as Kind, actor_id as ActorId, actor_name as Name, action as Action, target as Target, detail as Detail, ip as Ip
        {Where} order by occurred_at desc, id desc limit @take offset @skip
        """;

    private const string Count = $"select count(*) {Where}";

    private const string Actions = "select distinct action from audit_log order by action";

    private const int MostLooks = 10_000;
    private static readonly TimeSpan OneLook = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<(string Actor, AuditEntry Entry), DateTimeOffset> _looks = new();

    public Task RecordAsync(AuditEntry entry, CancellationToken cancel = default) => RecordAsync(entry, Actor(), cancel);

    /// <summary>For the moments in which the actor is not yet, or no longer, the one of the request: signing in and out.</summary>
    public async Task RecordAsync(AuditEntry entry, AuditActor actor, CancellationToken cancel = default)
    {
        var at = time.GetUtcNow();
        if (IsSameLook(entry, actor, at)) return;
        await database.ExecuteAsync(Insert, new
        {
            Id = Guid.CreateVersion7(at).ToString("N"), At = at, actor.Kind, ActorId = actor.Id, actor.Name, entry.Action, Target = Reference(entry), entry.Detail, actor.Ip,
        }, cancel);
        if (!IsLook(entry, actor)) return;
        if (_looks.Count >= MostLooks) _looks.Clear();
        _looks[(actor.Id, entry)] = at;
    }

    public async Task<(IReadOnlyList<AuditLine> Lines, long Total)> PageAsync(AuditFilter filter, int skip, int take, CancellationToken cancel) => await database.ReadAsync(async session =>
    {
        var arguments = new
        {
            from = filter.From?.ToUniversalTime(), to = filter.To?.ToUniversalTime(), who = Contains(filter.Who), whoExact = filter.Who,
            what = filter.What is { Length: > 0 } w ? Escape(w) : null, target = filter.Target is { Length: > 0 } t ? t : null, reference = PersonKey.Reference(filter.Target ?? ""), take, skip,
        };
        return (await session.QueryAsync<AuditLine>(Page, arguments), await session.ScalarAsync<long>(Count, arguments));
    }, cancel);

    public Task<IReadOnlyList<string>> ActionsAsync(CancellationToken cancel) => database.QueryAsync<string>(Actions, cancel: cancel);

    /// <summary>The log outlives the people in it: it never holds a key that is an e-mail address.</summary>
    private static string Reference(AuditEntry entry) => entry.Action.StartsWith("person.", StringComparison.Ordinal) ? PersonKey.Reference(entry.Target) : entry.Target;

    /// <summary>
    /// A page is made twice when it is opened, by its request and a moment later by its circuit: the person looked once. So does
    /// a search while it is typed, and a program that reads a list page by page.
    /// </summary>
    private bool IsSameLook(AuditEntry entry, AuditActor actor, DateTimeOffset at) => IsLook(entry, actor) && _looks.TryGetValue((actor.Id, entry), out var before) && at - before < OneLook;

    private static bool IsLook(AuditEntry entry, AuditActor actor) => actor.Kind is AuditActor.Person or AuditActor.Key && entry.Action.EndsWith(".viewed", StringComparison.Ordinal);

    private AuditActor Actor()
    {
        if (AuditActor.Current is { } current) return current;
        try
        {
            if (http.HttpContext is { } context) return AuditActor.Of(context.User, context.Connection.RemoteIpAddress);
        }
        catch (ObjectDisposedException)
        {
            // The request is over; what goes on is the product's own work.
        }
        return new(AuditActor.System, "", "", null);
    }

    private static string? Contains(string? text) => text is { Length: > 0 } ? $"%{Escape(text)}%".ToLowerInvariant() : null;

    // Neither engine is told of an escape sign, so the two wildcards are simply looked for as any sign.
    private static string Escape(string text) => text.Replace('%', '_');
}

/// <summary>What the audit page shows; all parts optional.</summary>
public sealed record AuditFilter(DateTimeOffset? From = null, DateTimeOffset? To = null, string? Who = null, string? What = null, string? Target = null);

public sealed record AuditLine(string Id, DateTimeOffset At, string Kind, string ActorId, string Name, string Action, string Target, string? Detail, string? Ip)
{
    private static readonly JsonSerializerOptions Letters = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The detail with every letter as itself: as stored, Chinese ones are escapes.</summary>
    public string? Readable
    {
        get
        {
            try
            {
                return Detail is null ? null : JsonNode.Parse(Detail)?.ToJsonString(Letters);
            }
            catch (JsonException)
            {
                return Detail;
            }
        }
    }
}
