using System.Text.Json;
using BehaviorDashboard.Events;
using BehaviorDashboard.Live;
using BehaviorDashboard.Nodes;
using BehaviorDashboard.Reviews.Ml;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Reviews;

/// <summary>
/// Follows the events: every <c>Product Reviewed</c> becomes a review once, read for language, tone, topics and likeness, and
/// the watch looks at what it touches. What is missing is found by comparing with the events, so that stopping at any moment
/// loses and doubles nothing. A new model reads all reviews again.
/// </summary>
public sealed class ReviewKeeper : BackgroundService, ICommittedEvents
{
    private const int Batch = 1_000;
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan AlikeWithin = TimeSpan.FromDays(30);
    private static readonly string[] BodyNames = ["review_body", "body", "review", "text", "comment", "content", "review_text"];

    private readonly ReviewStore _store;
    private readonly SentimentModels _models;
    private readonly SurgeWatch _watch;
    private readonly ReviewsOptions _options;
    private readonly Node _node;
    private readonly TimeProvider _time;
    private readonly ILogger<ReviewKeeper> _logger;
    private readonly SemaphoreSlim _asked = new(0);
    private readonly SemaphoreSlim _passing = new(1, 1);
    private DateTimeOffset _from = DateTimeOffset.UnixEpoch;
    private volatile bool _rewritten = true;

    internal ReviewKeeper(ReviewStore store, SentimentModels models, SurgeWatch watch, IOptions<ReviewsOptions> options, Node node, TimeProvider time, ILogger<Signal> signalLogger, ILogger<ReviewKeeper> logger)
    {
        (_store, _models, _watch, _options, _node, _time, _logger) = (store, models, watch, options.Value, node, time, logger);
        Changed = new Signal(time, signalLogger);
    }

    /// <summary>Reviews came, went, or were read anew.</summary>
    public Signal Changed { get; }

    void ICommittedEvents.OnCommitted(CommittedBatch batch)
    {
        foreach (var e in batch.Events)
            if (e.Name == EventNames.ProductReviewed)
            {
                Nudge();
                return;
            }
    }

    void ICommittedEvents.OnRewritten()
    {
        _rewritten = true;
        Nudge();
    }

    internal void Nudge()
    {
        if (_asked.CurrentCount == 0) _asked.Release();
    }

    /// <summary>Brings reviews and incidents to now. Several callers wait for one another.</summary>
    public async Task PassAsync(CancellationToken cancel = default)
    {
        await _passing.WaitAsync(cancel);
        try
        {
            var (whole, began) = (_rewritten, _time.GetUtcNow());
            _rewritten = false;
            try
            {
                await ReadAsync(whole ? DateTimeOffset.UnixEpoch : _from, whole, cancel);
                _from = began - Overlap;
            }
            catch
            {
                _rewritten |= whole;
                throw;
            }
        }
        finally
        {
            _passing.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        if (!_node.Schedule.Held) Follow();
        await _node.Schedule.WhileHeldAsync(RunWhileHeldAsync, stoppingToken);
    }

    /// <summary>Another node reads the reviews: this one uses the same models.</summary>
    internal void Follow() => _ = FollowAsync();

    private async Task FollowAsync()
    {
        try
        {
            foreach (var language in SentimentModels.Languages) await _models.RefreshAsync(language);
        }
        catch (Exception problem)
        {
            _logger.LogError(problem, "The models of another node could not be read; the ones before stay.");
        }
    }

    private async Task RunWhileHeldAsync(CancellationToken stoppingToken)
    {
        // What the node before had not come to.
        _rewritten = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await PassAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                _logger.LogError(problem, "Reviews could not be read; the next attempt is in {Seconds} seconds.", _options.EverySeconds);
            }
            await _asked.WaitAsync(TimeSpan.FromSeconds(_options.EverySeconds), stoppingToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task ReadAsync(DateTimeOffset from, bool whole, CancellationToken cancel)
    {
        if (_models.Of(TextLanguage.English) is null)
            foreach (var language in SentimentModels.Languages) await _models.RefreshAsync(language, cancel);
        var touched = new HashSet<string>();
        var read = 0;
        while (await _store.UnreadAsync(from, Batch, cancel) is { Count: > 0 } events)
        {
            var reviews = events.Select(Read).ToList();
            await _store.AddAsync(await MarkAlikeAsync(reviews, cancel), cancel);
            touched.UnionWith(reviews.Select(r => r.ProductId).OfType<string>());
            read += reviews.Count;
        }
        if (whole) await _store.DropOrphansAsync(cancel);
        var again = false;
        foreach (var language in SentimentModels.Languages)
        {
            await _models.RefreshAsync(language, cancel);
            again |= await ScoreAgainAsync(_models.Of(language)!, cancel);
        }
        if (read == 0 && !whole && !again) return;
        await _watch.LookAsync(whole || again ? null : touched, read, cancel);
        Changed.Raise();
    }

    private async Task<bool> ScoreAgainAsync(LanguageModel model, CancellationToken cancel)
    {
        var any = false;
        while (await _store.NotScoredByAsync(model.Name, model.Language, Batch, cancel) is { Count: > 0 } stale)
        {
            any = true;
            await _store.ScoreAsync([.. stale.Select(r => r with { Good = model.Model.Predict(r.Body), Model = model.Name })], cancel);
        }
        return any;
    }

    private Review Read(ReviewEvent e)
    {
        var body = BodyOf(e.Properties);
        var language = TextLanguage.Of(body);
        var model = _models.Of(language);
        var rating = e.Rating is { } stars && double.IsFinite(stars) ? stars : (double?)null;
        return new Review(e.MessageId, e.UserId, e.ProductId, e.Category, e.OccurredAt, e.ReceivedAt, rating, body, language, model?.Model.Predict(body), model?.Name, ReviewTopics.Of(body), null);
    }

    private async Task<IReadOnlyList<Review>> MarkAlikeAsync(List<Review> reviews, CancellationToken cancel)
    {
        var products = reviews.Select(r => r.ProductId).OfType<string>().Distinct().ToList();
        if (products.Count == 0) return reviews;
        // What is told anew is stored in an older form still: its words may be others now.
        var anew = reviews.Select(r => r.ReviewId).ToHashSet();
        var near = await _store.NearAsync(products, reviews.Min(r => r.OccurredAt) - AlikeWithin, reviews.Max(r => r.OccurredAt), cancel);
        var known = near.Where(r => !anew.Contains(r.ReviewId)).Select(r => (Review: r, Runs: Likeness.Runs(r.Body, r.Language))).Where(r => r.Runs is not null).GroupBy(r => r.Review.ProductId!).ToDictionary(g => g.Key, g => g.ToList());
        var marked = new List<Review>(reviews.Count);
        foreach (var review in reviews)
        {
            var runs = review.ProductId is null ? null : Likeness.Runs(review.Body, review.Language);
            var alike = runs is null || !known.TryGetValue(review.ProductId!, out var others) ? null
                : others.FirstOrDefault(o => o.Review.OccurredAt <= review.OccurredAt && review.OccurredAt - o.Review.OccurredAt <= AlikeWithin && Likeness.Same(o.Runs!, runs)).Review;
            var of = alike?.Alike ?? alike?.ReviewId;
            // A copy of it that was stored before it was told anew is no reason to take it for a copy.
            marked.Add(review with { Alike = of == review.ReviewId ? null : of });
            if (runs is null) continue;
            if (!known.TryGetValue(review.ProductId!, out var list)) known[review.ProductId!] = list = [];
            list.Add((review, runs));
        }
        return marked;
    }

    internal static string BodyOf(string? properties)
    {
        if (properties is null) return "";
        using var json = JsonDocument.Parse(properties);
        foreach (var name in BodyNames)
            if (json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String) return value.GetString()!;
        return "";
    }
}
