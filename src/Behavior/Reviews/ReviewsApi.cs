using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.Reviews;

/// <summary>Reviews and incidents over HTTP.</summary>
internal static class ReviewsApi
{
    private const int MostLines = 200;
    private static readonly JsonSerializerOptions Shape = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private sealed record Line(string? ReviewId, string? ProductId, string? UserId, string? AnonymousId, JsonElement Rating, string? Body, string? Category, string? At);

    private sealed record Batch(IReadOnlyList<Line?>? Reviews);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v1/reviews").WithTags("Reviews");
        api.MapPost("", AddAsync).RequireAuthorization(Access.SendEvents).WithSummary("Take reviews in")
            .WithDescription("{ \"reviews\": [ { review_id, product_id, user_id, rating, body, category, at } ] }, at most 1,000. The same review_id is stored once. Refused ones are named by index, field and reason; the others are stored.");
        api.MapGet("", PageAsync).RequireAuthorization(Access.ReadApi).WithSummary("A page of reviews, newest first")
            .WithDescription("q, product, category, topic, tone (bad, mixed, good), language (en, zh), from and to (ISO 8601), limit 1 to 200. Hand next back as after. A score is null until its model has been judged by enough of the shop's rated reviews.");
        api.MapGet("/{id}", FindAsync).RequireAuthorization(Access.ReadApi).WithSummary("One review with what each of its words adds to the score");
        api.MapGet("/models", Models).RequireAuthorization(Access.ReadApi).WithSummary("The models in use and how they were judged");
        var incidents = routes.MapGroup("/v1/incidents").WithTags("Reviews");
        incidents.MapGet("", async (IncidentService service, bool? open, CancellationToken cancel) => Results.Json(new { incidents = await service.ListAsync(open ?? false, MostLines, cancel) }, Shape))
            .RequireAuthorization(Access.ReadApi).WithSummary("Incidents, open ones first");
        incidents.MapGet("/{id:int}", IncidentAsync).RequireAuthorization(Access.ReadApi).WithSummary("One incident with its notes, reach and reviews");
        incidents.MapPost("/{id:int}/{step}", MoveAsync).RequireAuthorization(Access.AdminApi).WithSummary("Acknowledge, close or reopen").WithDescription("step: acknowledge, close, reopen.");
    }

    private static async Task<IResult> AddAsync(HttpRequest request, ReviewService service, ClaimsPrincipal caller, CancellationToken cancel)
    {
        Batch? batch;
        try
        {
            batch = await JsonSerializer.DeserializeAsync<Batch>(request.Body, Shape, cancel);
        }
        catch (JsonException problem)
        {
            return Results.Problem($"The body is not JSON as expected: {problem.Path ?? "$"}, line {problem.LineNumber + 1}.", statusCode: 400);
        }
        if (batch?.Reviews is not { Count: > 0 } lines) return Results.Problem("reviews is missing or empty.", statusCode: 400);
        if (lines.Count > ReviewService.MostAtOnce) return Results.Problem($"{lines.Count} reviews; at most {ReviewService.MostAtOnce} at once.", statusCode: 400);
        var (taken, places, problems) = (new List<NewReview>(), new List<int>(), new List<ReviewProblem>());
        for (var i = 0; i < lines.Count; i++)
        {
            if (Read(i, lines[i], out var review) is { } problem) problems.Add(problem);
            else
            {
                taken.Add(review!);
                places.Add(i);
            }
        }
        var (stored, refused) = await service.AddAsync(taken, caller.FindFirstValue(ClaimTypes.NameIdentifier) ?? "api", cancel);
        problems.AddRange(refused.Select(p => p with { Index = places[p.Index] }));
        return Results.Json(new { received = lines.Count, stored, errors = problems.OrderBy(p => p.Index) }, Shape);
    }

    private static ReviewProblem? Read(int index, Line? line, out NewReview? review)
    {
        review = null;
        if (line is null) return new(index, "review", "It is null.");
        double? rating = line.Rating.ValueKind switch
        {
            JsonValueKind.Number => line.Rating.GetDouble(),
            JsonValueKind.String when double.TryParse(line.Rating.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var stars) => stars,
            JsonValueKind.Undefined or JsonValueKind.Null => null,
            _ => double.NaN,
        };
        if (rating is { } r && !double.IsFinite(r)) return new(index, "rating", "It is not a number.");
        DateTimeOffset at = default;
        if (line.At is not null && !DateTimeOffset.TryParse(line.At, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at)) return new(index, "at", "It is not an ISO 8601 instant.");
        review = new NewReview(line.ReviewId, line.ProductId, line.UserId, line.AnonymousId, rating, line.Body, line.Category, line.At is null ? null : at);
        return null;
    }

    private static async Task<IResult> PageAsync(ReviewService service, ClaimsPrincipal caller, IAuthorizationService authorization, IAuditLog audit, string? q, string? product, string? category, string? topic, string? tone, string? language, DateTimeOffset? from, DateTimeOffset? to, string? after, int? limit, CancellationToken cancel)
    {
        if (limit is < 1 or > MostLines) return Results.Problem($"limit must be 1 to {MostLines}.", statusCode: 400);
        if (tone is not (null or "bad" or "mixed" or "good")) return Results.Problem($"tone '{tone}' is not bad, mixed or good.", statusCode: 400);
        if (topic is not null && !ReviewTopics.All.Contains(topic)) return Results.Problem($"topic '{topic}' is not known; there are {string.Join(", ", ReviewTopics.All)}.", statusCode: 400);
        var query = new ReviewQuery { Text = q ?? "", Product = product, Category = category, Topic = topic, Tone = tone, Language = language, After = after, Limit = limit ?? 50 };
        if (from is { } f) query = query with { From = f.ToUniversalTime() };
        if (to is { } t) query = query with { To = t.ToUniversalTime() };
        var page = await service.PageAsync(query, cancel);
        var named = await SeesWritersAsync(caller, authorization);
        if (named) await audit.PeopleViewedAsync("reviews", page.Reviews.Count(r => r.UserId is not null), cancel);
        return Results.Json(new { reviews = page.Reviews.Select(r => Bare(service, r, named)), page.Next }, Shape);
    }

    private static async Task<IResult> FindAsync(string id, ReviewService service, ClaimsPrincipal caller, IAuthorizationService authorization, IAuditLog audit, CancellationToken cancel)
    {
        if (await service.FindAsync(id, cancel) is not { } review) return Results.Problem("There is no such review.", statusCode: 404);
        var words = service.Score(review) is null ? [] : service.Explain(review);
        var named = await SeesWritersAsync(caller, authorization);
        if (named && review.UserId is { } writer) await audit.RecordAsync(new AuditEntry("review.viewed", PersonKey.Reference(writer), JsonSerializer.Serialize(new { review = review.ReviewId })), cancel);
        return Results.Json(new { review = Bare(service, review, named), words = words.Select(w => new { w.Start, w.Length, text = review.Body.Substring(w.Start, w.Length), w.Weight }) }, Shape);
    }

    private static async Task<bool> SeesWritersAsync(ClaimsPrincipal caller, IAuthorizationService authorization) => (await authorization.AuthorizeAsync(caller, null, Access.ReadPeopleApi)).Succeeded;

    private static object Bare(ReviewService service, Review r, bool named) => new
    {
        r.ReviewId, user_id = named ? r.UserId : null, r.ProductId, r.Category, at = r.OccurredAt, r.Rating, r.Body, r.Language, score = service.Score(r), model = service.Score(r) is null ? null : r.Model, r.Tone, topics = r.TopicKeys, duplicate_of = r.Alike,
    };

    private static IResult Models(ReviewService service) => Results.Json(new
    {
        models = SentimentModels.Languages.Select(service.Models.Of).OfType<LanguageModel>().Select(m => new
        {
            m.Language, m.Name, judged_by = m.Judged, accuracy = Known(m.Accuracy.Value), low = Known(m.Accuracy.Low), high = Known(m.Accuracy.High), shown = m.Shows,
        }),
    }, Shape);

    private static double? Known(double value) => double.IsFinite(value) ? value : null;

    private static async Task<IResult> IncidentAsync(int id, IncidentService service, CancellationToken cancel)
    {
        if (await service.FindAsync(id, cancel) is not { } incident) return Results.Problem($"There is no incident {id}.", statusCode: 404);
        var reach = IncidentService.ReachOf(incident) is { } asked ? await service.Reach.ReadAsync(asked, cancel) : null;
        return Results.Json(new
        {
            incident, notes = await service.NotesAsync(id, cancel), reach = reach is null ? null : new { reach.Buyers, reach.Units, campaigns = reach.Campaigns.Select(c => new { c.Campaign, c.Events }) },
            reviews = (await service.ReviewsAsync(incident, 50, cancel)).Select(r => new { r.ReviewId, r.OccurredAt, r.Rating, r.Body }),
        }, Shape);
    }

    private static async Task<IResult> MoveAsync(int id, string step, IncidentService service, IAuditLog audit, ClaimsPrincipal caller, CancellationToken cancel)
    {
        var status = step switch { "acknowledge" => Incident.Acknowledged, "close" => Incident.Closed, "reopen" => Incident.Open, _ => null };
        if (status is null) return Results.Problem($"'{step}' is not acknowledge, close or reopen.", statusCode: 404);
        if (await service.FindAsync(id, cancel) is null) return Results.Problem($"There is no incident {id}.", statusCode: 404);
        await service.MoveAsync(id, status, "api:" + (caller.FindFirstValue(ClaimTypes.NameIdentifier) ?? ""), "", cancel);
        await audit.RecordAsync(new AuditEntry("incident." + status, IncidentService.TargetOf(id)), cancel);
        return Results.Json(await service.FindAsync(id, cancel), Shape);
    }
}
