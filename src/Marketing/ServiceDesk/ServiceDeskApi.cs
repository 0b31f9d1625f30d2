using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>Conversations over HTTP.</summary>
internal static class ServiceDeskApi
{
    private const int MostBytes = 128 * 1024;
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);
    private static readonly JsonSerializerOptions Shape = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private sealed record Reply(string? Body, string? Agent, bool? Solved);

    private sealed record NewWebhook(string? Url);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v1/conversations").WithTags("Service desk");
        api.MapPost("", ReceiveAsync).RequireAuthorization(Access.SendEvents).WithSummary("A shopper's message")
            .WithDescription("{ conversation_id, message_id, user_id, channel, subject, body, order_id, product_id, at }. The same conversation_id goes on with the conversation; the same message_id is stored once.");
        api.MapPost("/inbound", InboundAsync).RequireAuthorization(Access.SendEvents).WithSummary("A shopper's message, signed")
            .WithDescription("The same body with the headers webhook-id, webhook-timestamp and webhook-signature of the Standard Webhooks specification, signed with ServiceDesk:InboundSecret. webhook-id is the message_id where there is none.");
        api.MapGet("", QueueAsync).RequireAuthorization(Access.AdminApi).WithSummary("The queue, most urgent first");
        api.MapGet("/{id:int}", FindAsync).RequireAuthorization(Access.AdminApi).WithSummary("One conversation with its messages");
        api.MapPost("/{id:int}/replies", ReplyAsync).RequireAuthorization(Access.AdminApi).WithSummary("Answer the shopper").WithDescription("{ body, agent, solved }");
        api.MapGet("/webhooks", async (WebhookService webhooks, CancellationToken cancel) => Results.Json(new { webhooks = await webhooks.EndpointsAsync(ConversationService.Owner, cancel) }, Shape)).RequireAuthorization(Access.AdminApi).WithSummary("Receivers of messages and answers");
        api.MapPost("/webhooks", AddWebhookAsync).RequireAuthorization(Access.AdminApi).WithSummary("Add a receiver").WithDescription("It is told conversation.message, conversation.replied and conversation.solved, signed. The answer holds the secret; it is not shown again.");
    }

    private static async Task<IResult> ReceiveAsync(HttpRequest request, ConversationService desk, CancellationToken cancel) =>
        await BodyAsync(request, cancel) is { } body ? await StoreAsync(body, null, desk, cancel) : TooLong();

    private static async Task<IResult> InboundAsync(HttpRequest request, ConversationService desk, IOptions<ServiceDeskOptions> options, TimeProvider time, CancellationToken cancel)
    {
        if (options.Value.InboundSecret is not { Length: > 0 } secret) return Results.Problem("Signed messages are not taken: ServiceDesk:InboundSecret is not set.", statusCode: 409);
        if (await BodyAsync(request, cancel) is not { } body) return TooLong();
        var (id, stamp, signature) = (request.Headers[WebhookSignature.IdHeader].ToString(), request.Headers[WebhookSignature.TimestampHeader].ToString(), request.Headers[WebhookSignature.SignatureHeader].ToString());
        if (id.Length == 0 || !long.TryParse(stamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > 253_402_300_799) return Results.Problem("webhook-id or webhook-timestamp is missing.", statusCode: 401);
        var at = DateTimeOffset.FromUnixTimeSeconds(seconds);
        if ((time.GetUtcNow() - at).Duration() > Tolerance) return Results.Problem("webhook-timestamp is more than five minutes off.", statusCode: 401);
        var expected = Encoding.ASCII.GetBytes(WebhookSignature.Sign(secret, id, at, body));
        if (!signature.Split(' ').Any(s => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(s), expected))) return Results.Problem("webhook-signature does not fit.", statusCode: 401);
        return await StoreAsync(body, id, desk, cancel);
    }

    private static async Task<IResult> StoreAsync(string body, string? messageId, ConversationService desk, CancellationToken cancel)
    {
        InboundMessage? message;
        try
        {
            message = JsonSerializer.Deserialize<InboundMessage>(body, Shape);
        }
        catch (JsonException problem)
        {
            return Results.Problem($"The body is not JSON as expected: {problem.Path ?? "$"}, line {problem.LineNumber + 1}.", statusCode: 400);
        }
        if (message is null) return Results.Problem("The body is null.", statusCode: 400);
        var received = await desk.ReceiveAsync(message with { MessageId = message.MessageId ?? messageId }, cancel);
        return received.Conversation is { } conversation
            ? Results.Json(new { conversation.Id, stored = received.New, conversation.Status, intent = conversation.KnownIntent, conversation.DueAt }, Shape, statusCode: received.New ? 201 : 200)
            : Results.Problem(received.Problem, statusCode: 400);
    }

    private static async Task<IResult> QueueAsync(ConversationService desk, IAuditLog audit, string? status, int? limit, CancellationToken cancel)
    {
        if (status is not (null or "open" or "waiting" or "solved")) return Results.Problem($"status '{status}' is not open, waiting or solved.", statusCode: 400);
        if (limit is < 1 or > 500) return Results.Problem("limit must be 1 to 500.", statusCode: 400);
        var queue = await desk.QueueAsync(new QueueQuery(status, Limit: limit ?? 100), cancel);
        await audit.PeopleViewedAsync("conversations", queue.Count, cancel);
        return Results.Json(new { conversations = queue }, Shape);
    }

    private static async Task<IResult> FindAsync(int id, ConversationService desk, IAuditLog audit, CancellationToken cancel)
    {
        if (await desk.FindAsync(id, cancel) is not { } conversation) return Results.Problem($"There is no conversation {id}.", statusCode: 404);
        await audit.RecordAsync(new AuditEntry("conversation.viewed", "conversation:" + id.ToString(CultureInfo.InvariantCulture)), cancel);
        return Results.Json(new { conversation, messages = await desk.MessagesAsync(conversation, cancel) }, Shape);
    }

    private static async Task<IResult> ReplyAsync(int id, Reply reply, ConversationService desk, IAuditLog audit, CancellationToken cancel)
    {
        if (await desk.FindAsync(id, cancel) is not { } conversation) return Results.Problem($"There is no conversation {id}.", statusCode: 404);
        if (string.IsNullOrWhiteSpace(reply.Body)) return Results.Problem("body is empty.", statusCode: 400);
        await desk.ReplyAsync(conversation, reply.Agent ?? "api", reply.Body, reply.Solved ?? false, cancel);
        await audit.RecordAsync(new AuditEntry("conversation.replied", "conversation:" + id.ToString(CultureInfo.InvariantCulture)), cancel);
        return Results.Json(await desk.FindAsync(id, cancel), Shape);
    }

    private static async Task<IResult> AddWebhookAsync(NewWebhook wanted, WebhookService webhooks, CancellationToken cancel)
    {
        var added = await webhooks.AddAsync(ConversationService.Owner, wanted.Url ?? "", cancel);
        return added.Endpoint is { } endpoint ? Results.Json(new { endpoint.Id, endpoint.Url, added.Secret }, Shape, statusCode: 201)
            : Results.Problem("The address cannot be called.", statusCode: 422, extensions: new Dictionary<string, object?> { ["code"] = added.Problem });
    }

    private static async Task<string?> BodyAsync(HttpRequest request, CancellationToken cancel)
    {
        using var reader = new StreamReader(request.Body);
        var buffer = new char[MostBytes + 1];
        var read = await reader.ReadBlockAsync(buffer, cancel);
        return read > MostBytes ? null : new string(buffer, 0, read);
    }

    private static IResult TooLong() => Results.Problem($"The body is longer than {MostBytes} characters.", statusCode: 413);
}
