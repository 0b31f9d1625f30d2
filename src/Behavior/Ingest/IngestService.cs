using System.Text;
using BehaviorDashboard.Events;
using BehaviorDashboard.Quality;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Ingest;

/// <summary>Takes a body apart, stores what is good in one piece, and tells what is not.</summary>
internal sealed class IngestService(EventNormalizer normalizer, EventWriter writer, RejectsInbox inbox, IOptions<IngestOptions> options)
{
    /// <returns>The events not taken; empty when all were.</returns>
    /// <exception cref="EventQueueFullException">Nothing was taken: send again later.</exception>
    public async Task<IngestOutcome> StoreAsync(ReadOnlyMemory<byte> body, Envelope envelope, Arrival arrival, CancellationToken cancel)
    {
        if (envelope.Events.Count > options.Value.BatchEvents) return IngestOutcome.TooMany;
        var rows = new List<ShopEvent>(envelope.Events.Count + 8);
        List<ItemError>? errors = null;
        for (var i = 0; i < envelope.Events.Count; i++)
        {
            var json = body.Span[envelope.Events[i]];
            if (normalizer.Normalize(json, arrival, rows) is not { } rejection) continue;
            (errors ??= []).Add(new ItemError(i, rejection.Code, rejection.Field, rejection.Reason));
            inbox.Add(Reject.Of(arrival, rejection, Encoding.UTF8.GetString(json)));
        }
        if (rows.Count > 0) await writer.AppendAsync(rows, cancel);
        return new IngestOutcome(envelope.Events.Count, errors ?? []);
    }
}

/// <param name="Sent">Events in the body.</param>
internal sealed record IngestOutcome(int Sent, IReadOnlyList<ItemError> Errors)
{
    public static readonly IngestOutcome TooMany = new(-1, []);
}
