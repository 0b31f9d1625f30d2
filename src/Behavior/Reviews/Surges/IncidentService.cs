using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Live;
using BehaviorDashboard.Reports;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Reviews;

/// <summary>Incidents as people handle them.</summary>
public sealed class IncidentService
{
    private const int MostText = 2_000;
    private static readonly TimeSpan ReachBack = TimeSpan.FromDays(90);

    private readonly IncidentStore _store;
    private readonly ReviewStore _reviews;
    private readonly TimeProvider _time;

    internal IncidentService(IncidentStore store, ReviewStore reviews, KeptReports kept, TimeProvider time, ILogger<Signal> logger)
    {
        Reach = new KeptReport<(string Product, DateTimeOffset From), IncidentReach>(kept, (asked, cancel) => store.ReachAsync(asked.Product, asked.From, cancel));
        (_store, _reviews, _time) = (store, reviews, time);
        Changed = new Signal(time, logger);
    }

    /// <summary>An incident opened, moved, or grew.</summary>
    public Signal Changed { get; }

    public Task<IReadOnlyList<Incident>> ListAsync(bool openOnly = false, int limit = 100, CancellationToken cancel = default) => _store.ListAsync(openOnly, limit, cancel);

    public Task<Incident?> FindAsync(int id, CancellationToken cancel = default) => _store.FindAsync(id, cancel);

    public Task<IReadOnlyList<IncidentNote>> NotesAsync(int id, CancellationToken cancel = default) => _store.NotesAsync(id, cancel);

    /// <summary>Who bought a product since an instant, and what they were told of it; see <see cref="ReachOf"/>.</summary>
    public KeptReport<(string Product, DateTimeOffset From), IncidentReach> Reach { get; }

    /// <returns>What to ask <see cref="Reach"/> for; null where no product is at fault.</returns>
    public static (string Product, DateTimeOffset From)? ReachOf(Incident incident) => incident.ProductId is { } product ? (product, incident.OpenedAt - ReachBack) : null;

    /// <summary>The reviews behind an incident, newest first: of its kind, since it seems to have begun.</summary>
    public Task<IReadOnlyList<Review>> ReviewsAsync(Incident incident, int limit = 50, CancellationToken cancel = default) =>
        _reviews.PageAsync(new ReviewQuery { Product = incident.ProductId, Topic = incident.Topic, Tone = "bad", From = incident.OnsetAt, Limit = limit }, cancel);

    /// <summary>Opens an incident; where one is open already for the product that one is meant.</summary>
    internal async Task<(int Id, bool New)> OpenAsync(Surge surge, CancellationToken cancel)
    {
        var (alarm, now) = (surge.Alarm, _time.GetUtcNow());
        var opened = await _store.OpenAsync(new Incident(0, surge.ProductId, surge.Topic, null, Incident.Open, "watch", alarm.OnsetAt, alarm.NoticedAt, now, now, null, alarm.Evidence, surge.FalseAlarms, alarm.Usual,
            alarm.Hits, alarm.Reviews), "watch", "", null, cancel);
        Changed.Raise();
        return opened;
    }

    /// <summary>Opens an incident by hand or by a rule.</summary>
    /// <param name="cause">Who or what opens it, such as <c>user:12</c>.</param>
    /// <param name="request">The same request again changes nothing again.</param>
    public async Task<(int Id, bool New)> OpenAsync(string? product, string? topic, string title, string cause, string? request = null, CancellationToken cancel = default)
    {
        var now = _time.GetUtcNow();
        var opened = await _store.OpenAsync(new Incident(0, product, topic, Cut(title), Incident.Open, cause, now, now, now, now, null, 1, null, null, 0, 0), cause, Cut(title), request, cancel);
        Changed.Raise();
        return opened;
    }

    /// <param name="status">open, acknowledged or closed.</param>
    /// <returns>False where it had the status already.</returns>
    public async Task<bool> MoveAsync(int id, string status, string author, string body = "", CancellationToken cancel = default)
    {
        if (status is not (Incident.Open or Incident.Acknowledged or Incident.Closed)) throw new ArgumentOutOfRangeException(nameof(status), status, "open, acknowledged or closed.");
        var moved = await _store.MoveAsync(id, status, author, Cut(body), status == Incident.Open ? "reopened" : status, _time.GetUtcNow(), cancel);
        Changed.Raise();
        return moved;
    }

    public async Task CommentAsync(int id, string author, string body, CancellationToken cancel = default)
    {
        if (string.IsNullOrWhiteSpace(body)) return;
        await _store.CommentAsync(id, author, Cut(body), _time.GetUtcNow(), cancel);
        Changed.Raise();
    }

    /// <summary>Counts the reviews behind open incidents again.</summary>
    /// <param name="products">Those with new reviews; null: all.</param>
    internal async Task RecountAsync(IReadOnlyCollection<string>? products, CancellationToken cancel)
    {
        foreach (var incident in (await _store.ListAsync(true, 200, cancel)).Where(i => i.Cause == "watch" && (products is null || i.ProductId is null || products.Contains(i.ProductId))))
        {
            var query = new ReviewQuery { Product = incident.ProductId, From = incident.OnsetAt };
            var (all, hits) = (await _reviews.TallyAsync(query, cancel), await _reviews.TallyAsync(query with { Topic = incident.Topic, Tone = "bad" }, cancel));
            if (all.Known == incident.OfReviews && hits.Count == incident.Hits) continue;
            await _store.CountAsync(incident.Id, hits.Count, all.Known, _time.GetUtcNow(), cancel);
            Changed.Raise();
        }
    }

    public static string TargetOf(int id) => "incident:" + id.ToString(CultureInfo.InvariantCulture);

    private static string Cut(string text) => text.Trim() is var t && t.Length > MostText ? t[..MostText] : text.Trim();
}
