using System.Text;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Live;

namespace BehaviorDashboard.Quality;

/// <summary>The rejects inbox as a person works through it: look, mend, send again, dismiss.</summary>
internal sealed class RejectsService(RejectsStore store, RejectsInbox inbox, EventNormalizer normalizer, EventWriter writer, IAuditLog audit)
{
    public const int PageSize = 50;
    private const int ReplayGroup = 500;

    public Signal Changed => inbox.Changed;

    /// <summary>Refused events that were counted but not kept since the start.</summary>
    public long NotKept => inbox.NotKept;

    public Task<IReadOnlyList<ReasonCount>> CountAsync(CancellationToken cancel = default) => store.CountAsync(cancel);

    /// <param name="code">One reason, or empty for all.</param>
    /// <param name="last">Last row of the page before, or null for the newest.</param>
    public Task<IReadOnlyList<Reject>> PageAsync(string code, string field, Reject? last, CancellationToken cancel = default) =>
        store.PageAsync(code, field, last?.ReceivedAt ?? DateTimeOffset.UnixEpoch.AddYears(5_000), last?.Id ?? "", PageSize, cancel);

    /// <summary>Opens one as it was sent, which may show personal data: recorded.</summary>
    public async Task<Reject?> OpenAsync(string id, CancellationToken cancel = default)
    {
        var reject = await store.FindAsync(id, cancel);
        if (reject is not null) await audit.RecordAsync(new AuditEntry("reject.viewed", id), cancel);
        return reject;
    }

    /// <summary>Sends one again, as it was or as somebody mended it.</summary>
    /// <returns>Why it is still not taken, or null when it is stored.</returns>
    public async Task<Rejection?> ReplayAsync(Reject reject, string json, CancellationToken cancel = default)
    {
        var rows = new List<ShopEvent>();
        if (Normalize(reject, json, rows) is { } still) return still;
        await writer.AppendAsync(rows, cancel);
        await store.CloseAsync([reject.Id], "replayed", cancel);
        await audit.RecordAsync(new AuditEntry("reject.replayed", reject.Id), cancel);
        inbox.Changed.Raise();
        return null;
    }

    /// <summary>Sends all of one reason again: after rates, limits or declared properties were changed.</summary>
    public async Task<Replayed> ReplayReasonAsync(string code, string field, CancellationToken cancel = default)
    {
        var result = new Replayed(0, 0, null);
        for (var after = ""; await store.OfReasonAsync(code, field, after, ReplayGroup, cancel) is { Count: > 0 } group; after = group[^1].Id)
        {
            var (rows, good) = (new List<ShopEvent>(), new List<string>());
            foreach (var reject in group)
            {
                if (Normalize(reject, reject.Raw, rows) is not { } still) good.Add(reject.Id);
                else result = result with { Refused = result.Refused + 1, First = result.First ?? still };
            }
            if (good.Count == 0) continue;
            await writer.AppendWhenRoomAsync(rows, cancel);
            await store.CloseAsync(good, "replayed", cancel);
            result = result with { Stored = result.Stored + good.Count };
        }
        if (result.Stored > 0) await audit.RecordAsync(new AuditEntry("rejects.replayed", code, $$"""{"events":{{result.Stored}}}"""), cancel);
        inbox.Changed.Raise();
        return result;
    }

    public async Task DismissAsync(string id, CancellationToken cancel = default)
    {
        await store.CloseAsync([id], "dismissed", cancel);
        await audit.RecordAsync(new AuditEntry("reject.dismissed", id), cancel);
        inbox.Changed.Raise();
    }

    public async Task<int> DismissReasonAsync(string code, string field, CancellationToken cancel = default)
    {
        var dismissed = await store.DismissReasonAsync(code, field, cancel);
        await audit.RecordAsync(new AuditEntry("rejects.dismissed", code, $$"""{"events":{{dismissed}}}"""), cancel);
        inbox.Changed.Raise();
        return dismissed;
    }

    private Rejection? Normalize(Reject reject, string json, List<ShopEvent> rows)
    {
        try
        {
            using var wellFormed = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1_000 });
            return normalizer.Normalize(Encoding.UTF8.GetBytes(json), reject.Again(), rows);
        }
        catch (JsonException problem)
        {
            return new Rejection(RejectionCodes.NotAnObject, "", $"is not well-formed JSON at line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1}.");
        }
    }
}
