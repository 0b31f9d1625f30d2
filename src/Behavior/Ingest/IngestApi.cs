using System.Text;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Ingest;

/// <summary>The tracking API: Segment's HTTP tracking API first, and the addresses of PostHog's and GA4's clients.</summary>
internal static class IngestApi
{
    public const string Cors = "ingest";

    private static readonly byte[] Success = "{\"success\":true}"u8.ToArray();

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("").RequireCors(Cors).AllowAnonymous().DisableAntiforgery().WithTags("Events");
        Post(api, "/v1/batch", null, "Send many events", "Up to 2,500 events and 500 KB. Good events are stored even when others are not; the answer lists those by index.");
        Post(api, "/v1/import", null, "Send many past events", "As /v1/batch.");
        foreach (var (type, letter) in new[] { ("track", 't'), ("identify", 'i'), ("page", 'p'), ("screen", 's'), ("group", 'g'), ("alias", 'a') })
        {
            Post(api, $"/v1/{type}", type, $"Send one {type} call", "Segment's specification. Answered when the event is durable; the same messageId is stored once.");
            Post(api, $"/v1/{letter}", type, null, null);
        }
        Post(api, "/v1/b", null, null, null);
        foreach (var path in new[] { "/batch", "/capture", "/e", "/i/v0/e" }) Post(api, path, null, null, null, EventShape.PostHog);
        Post(api, "/mp/collect", null, null, null, EventShape.Ga4);
        Post(api, "/users/track", null, "Send as to Braze", "Attributes, events and purchases in Braze's form. Purchases of one person at one time are one order.", EventShape.Braze);
        api.MapGet("/v1/projects/{writeKey}/settings", SettingsAsync).ExcludeFromDescription();
    }

    private static void Post(RouteGroupBuilder api, string path, string? type, string? summary, string? description, EventShape shape = EventShape.Segment)
    {
        var endpoint = api.MapPost(path, (Delegate)((HttpContext http) => ReceiveAsync(http, type, shape)));
        if (summary is null) endpoint.ExcludeFromDescription();
        else endpoint.WithSummary(summary).WithDescription(description!).Accepts<object>("application/json", "*/*").Produces(200).ProducesProblem(400).ProducesProblem(401).ProducesProblem(429);
    }

    /// <summary>What Segment's browser client asks for before it sends: no integrations, our own address.</summary>
    private static async Task<IResult> SettingsAsync(string writeKey, HttpContext http)
    {
        if (await http.RequestServices.GetRequiredService<IApiKeys>().FindAsync(writeKey, http.RequestAborted) is not { } key || !key.Allows(Access.ScopeWrite)) return Results.Problem("The write key is unknown.", statusCode: 404);
        var settings = new { apiKey = writeKey, apiHost = $"{http.Request.Host}/v1", protocol = http.Request.Scheme, unbundledIntegrations = Array.Empty<string>(), addBundledMetadata = false };
        return Results.Json(new { integrations = new Dictionary<string, object> { ["Segment.io"] = settings }, plan = new { track = new { __default = new { enabled = true } } }, edgeFunction = new { }, legacyVideoPluginsEnabled = false });
    }

    private static async Task ReceiveAsync(HttpContext http, string? type, EventShape shape)
    {
        var services = http.RequestServices;
        var options = services.GetRequiredService<IOptions<IngestOptions>>().Value;
        try
        {
            using var body = await services.GetRequiredService<RequestBody>().ReadAsync(http.Request, shape == EventShape.PostHog, http.RequestAborted);
            if (body is null || Opened(http.Request, body.Bytes, shape, options) is not { } json) await ProblemAsync(http, 400, $"The body is larger than the {options.BatchBytes / 1024:N0} KB a batch may have.");
            else if (shape == EventShape.Braze) await ReceiveBrazeAsync(http, json);
            else await ReceiveAsync(http, json, type, shape);
        }
        catch (JsonException problem)
        {
            await ProblemAsync(http, 400, $"The body is not well-formed JSON at line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1}.");
        }
        catch (EventQueueFullException full)
        {
            http.Response.Headers.RetryAfter = ((int)Math.Ceiling(full.RetryAfter.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            await ProblemAsync(http, 429, "More events wait than may wait: nothing of this request was stored, send it again.");
        }
        catch (BodiesFullException)
        {
            http.Response.Headers.RetryAfter = "1";
            await ProblemAsync(http, 429, "Too many requests are being read: nothing of this one was stored, send it again.");
        }
        catch (Exception problem) when (problem is StoreUnavailableException or System.Data.Common.DbException)
        {
            http.Response.Headers.RetryAfter = "5";
            await ProblemAsync(http, 503, "The store cannot take events now: nothing of this request was stored, send it again.");
        }
        catch (BadHttpRequestException bad)
        {
            await ProblemAsync(http, bad.StatusCode, bad.Message);
        }
        catch (InvalidDataException)
        {
            await ProblemAsync(http, 400, "The body is not compressed as Content-Encoding or compression says.");
        }
    }

    /// <returns>The JSON of the body, or null when it is larger than a batch may be.</returns>
    private static ReadOnlyMemory<byte>? Opened(HttpRequest request, ReadOnlyMemory<byte> body, EventShape shape, IngestOptions options)
    {
        if (shape != EventShape.PostHog || Packed.IsPlain(request, body.Span)) return body;
        if (request.HasFormContentType && !body.Span.StartsWith("data="u8)) throw new BadHttpRequestException("A form must carry the events in data.", StatusCodes.Status415UnsupportedMediaType);
        return Packed.Open(request.Query["compression"].FirstOrDefault(), body.Span, options.BatchBytes);
    }

    private static Task ReceiveBrazeAsync(HttpContext http, ReadOnlyMemory<byte> body)
    {
        var batch = BrazeBody.ToBatch(body);
        return ReceiveAsync(http, batch.Json, null, EventShape.Braze, outcome => BrazeBody.AnswerAsync(http, outcome, batch));
    }

    private static async Task ReceiveAsync(HttpContext http, ReadOnlyMemory<byte> body, string? type, EventShape shape, Func<IngestOutcome, Task>? answer = null)
    {
        var services = http.RequestServices;
        var envelope = Envelope.Open(body.Span, shape);
        var presented = WriteKey.Of(http.Request) ?? envelope.WriteKey;
        if (presented is null || await services.GetRequiredService<IApiKeys>().FindAsync(presented, http.RequestAborted) is not { } key)
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"write key\"";
            await ProblemAsync(http, 401, presented is null ? "A write key is missing: send it as the user name of HTTP Basic, as Bearer, or as writeKey in the body." : "The write key is unknown or revoked.");
            return;
        }
        if (!key.Allows(Access.ScopeWrite))
        {
            await ProblemAsync(http, 403, "This key may not send events: it lacks the write scope.");
            return;
        }
        var arrival = new Arrival(services.GetRequiredService<TimeProvider>().GetUtcNow(), key.Id)
        {
            Shape = shape,
            SentAt = envelope.SentAt,
            ImpliedType = envelope.Single ? type : null,
            UserId = envelope.UserId,
            AnonymousId = envelope.AnonymousId,
            Timestamp = envelope.Timestamp,
            Context = envelope is { Single: false, Context: { } context } ? body[context] : default,
            Traits = envelope.Traits is { } traits ? body[traits] : default,
        };
        var outcome = await services.GetRequiredService<IngestService>().StoreAsync(body, envelope, arrival, http.RequestAborted);
        await (answer is not null && outcome != IngestOutcome.TooMany ? answer(outcome) : AnswerAsync(http, outcome, envelope.Single));
    }

    private static async Task AnswerAsync(HttpContext http, IngestOutcome outcome, bool single)
    {
        if (outcome == IngestOutcome.TooMany)
        {
            await ProblemAsync(http, 400, "The batch has more events than a batch may have (2,500).");
            return;
        }
        http.Response.ContentType = "application/json";
        if (outcome.Errors.Count == 0)
        {
            http.Response.ContentLength = Success.Length;
            await http.Response.Body.WriteAsync(Success, http.RequestAborted);
            return;
        }
        http.Response.StatusCode = single ? 400 : 200;
        var reply = new IngestReply(!single, outcome.Sent - outcome.Errors.Count, outcome.Errors.Count, outcome.Errors);
        await JsonSerializer.SerializeAsync(http.Response.Body, reply, IngestJson.Default.IngestReply, http.RequestAborted);
    }

    private static Task ProblemAsync(HttpContext http, int status, string detail) => Results.Problem(detail, statusCode: status).ExecuteAsync(http);
}

/// <summary>Where clients put the write key in a request's head.</summary>
internal static class WriteKey
{
    public static string? Of(HttpRequest request)
    {
        string? header = request.Headers.Authorization;
        if (header is null) return request.Headers["X-Api-Key"].FirstOrDefault() ?? request.Query["api_secret"].FirstOrDefault();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return header[7..].Trim();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return null;
        Span<byte> decoded = stackalloc byte[512];
        if (!Convert.TryFromBase64String(header[6..].Trim(), decoded, out var length)) return null;
        var text = Encoding.UTF8.GetString(decoded[..length]);
        return text.Split(':')[0] is { Length: > 0 } user ? user : null;
    }
}
