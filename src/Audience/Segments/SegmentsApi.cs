using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.Segments;

/// <summary>Segments over HTTP: the list, a count for any rule, and members in pages that belong together.</summary>
internal static class SegmentsApi
{
    private const int MostMembers = 10_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v1/segments").WithTags("Segments");
        api.MapGet("", ListAsync).RequireAuthorization(Access.ReadApi).WithSummary("All segments with size and age");
        api.MapGet("/{id:int}", FindAsync).RequireAuthorization(Access.ReadApi).WithSummary("One segment with its rule");
        api.MapGet("/{id:int}/members", MembersAsync).RequireAuthorization(Access.ReadPeopleApi).WithSummary("Members, page by page")
            .WithDescription("format: json in pages; ndjson or csv all at once. Hand next and as_of back as after and as_of: all pages then tell of one instant, whoever enters or leaves meanwhile.");
        api.MapPost("/preview", PreviewAsync).RequireAuthorization(Access.ReadApi).WithSummary("How many people a rule holds for").WithDescription("The body is a rule; docs/segments.md describes it.");
        api.MapPost("", CreateAsync).RequireAuthorization(Access.AdminApi).WithSummary("Create a segment as a draft");
    }

    private sealed record NewSegment(string Name, Rule Rule, string? Description = null);

    private static async Task<IResult> ListAsync(SegmentService segments, CancellationToken cancel) => Results.Json(new { segments = (await segments.AllAsync(cancel)).Select(Shape) }, RuleJson.Options);

    private static async Task<IResult> FindAsync(int id, SegmentService segments, CancellationToken cancel) =>
        await segments.FindAsync(id, cancel) is { } segment ? Results.Json(Shape(segment), RuleJson.Options) : Missing(id);

    private static async Task<IResult> MembersAsync(int id, SegmentService segments, HttpContext http, IAuditLog audit, string? after, int? limit, string? as_of, string? format, CancellationToken cancel)
    {
        if (await segments.FindAsync(id, cancel) is not { } segment) return Missing(id);
        if (segment.Status != "active" || segment.AsOf is null) return Results.Problem($"Segment {id} is {segment.Status}; only an active segment that has been computed has members.", statusCode: 409);
        var asOf = segment.AsOf.Value;
        if (as_of is not null && !DateTimeOffset.TryParse(as_of, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out asOf)) return Results.Problem($"as_of '{as_of}' is not an ISO 8601 instant.", statusCode: 400);
        // Later than the last pass nothing has been computed: pages of such an instant would not belong together.
        asOf = (asOf > segment.AsOf ? segment.AsOf.Value : asOf).ToUniversalTime();
        if (limit is < 1 or > MostMembers) return Results.Problem($"limit must be 1 to {MostMembers}.", statusCode: 400);
        if (format is null or "json") return await PageAsync(segments, audit, id, asOf, after ?? "", limit ?? 1_000, cancel);
        if (format is not ("ndjson" or "csv")) return Results.Problem($"format '{format}' is not known; use json, ndjson or csv.", statusCode: 400);
        await audit.RecordAsync(new AuditEntry("people.downloaded", string.Create(CultureInfo.InvariantCulture, $"segment:{id}"), JsonSerializer.Serialize(new { count = segment.Size, asOf })), cancel);
        http.Response.Headers["X-As-Of"] = Instant(asOf, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'");
        return Results.Stream(stream => WriteAsync(stream, segments, id, asOf, format == "csv", cancel), format == "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson");
    }

    private static async Task<IResult> PageAsync(SegmentService segments, IAuditLog audit, int id, DateTimeOffset asOf, string after, int limit, CancellationToken cancel)
    {
        var page = await segments.MembersAsync(id, asOf, after, limit, cancel);
        await audit.PeopleViewedAsync(string.Create(CultureInfo.InvariantCulture, $"segment:{id}"), page.Count, cancel);
        return Results.Json(new { members = page.Select(m => new { user_id = m.Person, since = m.Since }), next = page.Count < limit ? null : page[^1].Person, as_of = asOf.UtcDateTime });
    }

    /// <summary>Everybody, page by page, so that no listing is too large to hold.</summary>
    private static async Task WriteAsync(Stream stream, SegmentService segments, int id, DateTimeOffset asOf, bool csv, CancellationToken cancel)
    {
        await using var writer = new StreamWriter(stream, leaveOpen: true);
        if (csv) await writer.WriteAsync(Csv.Write(["user_id", "since"], []));
        var after = "";
        while (true)
        {
            var page = await segments.MembersAsync(id, asOf, after, MostMembers, cancel);
            await writer.WriteAsync(csv ? Csv.Rows(page.Select(m => new object?[] { m.Person, Instant(m.Since, "yyyy-MM-dd'T'HH:mm:ss'Z'") })) : string.Concat(page.Select(m => JsonSerializer.Serialize(new { user_id = m.Person, since = m.Since }) + "\n")));
            if (page.Count < MostMembers) return;
            after = page[^1].Person;
        }
    }

    private static string Instant(DateTimeOffset at, string shape) => at.UtcDateTime.ToString(shape, CultureInfo.InvariantCulture);

    private static async Task<IResult> PreviewAsync(HttpRequest request, SegmentService segments, CancellationToken cancel)
    {
        if (await ReadAsync(request, cancel) is not { } text) return Results.Problem($"A rule has at most {RuleJson.MaxLength:N0} characters.", statusCode: 413);
        if (RuleJson.Read(text, out var problem) is not { } rule) return Invalid([problem!]);
        if (await segments.CheckAsync(null, rule, cancel) is { Count: > 0 } problems) return Invalid(problems);
        var preview = await segments.PreviewAsync(rule, null, cancel);
        return Results.Json(new { people = preview.Size.People, of = preview.Size.Of, conditions = preview.Size.Conditions, as_of = preview.Size.AsOf, overlaps = preview.Overlaps });
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, SegmentService segments, CancellationToken cancel)
    {
        if (await ReadAsync(request, cancel) is not { } text) return Results.Problem($"A segment has at most {RuleJson.MaxLength:N0} characters.", statusCode: 413);
        NewSegment? wanted;
        try
        {
            wanted = JsonSerializer.Deserialize<NewSegment>(text, RuleJson.Options);
        }
        catch (Exception broken) when (broken is JsonException or NotSupportedException)
        {
            return Invalid([new RuleProblem((broken as JsonException)?.Path ?? "", "NotASegment", broken.Message)]);
        }
        if (wanted is null) return Invalid([new RuleProblem("", "Empty", "null")]);
        var saved = await segments.CreateAsync(new SegmentDraft(wanted.Name, wanted.Description ?? "", wanted.Rule), cancel);
        return saved.Segment is { } segment ? Results.Json(Shape(segment), RuleJson.Options, statusCode: 201) : Invalid(saved.Problems);
    }

    private static async Task<string?> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        using var reader = new StreamReader(request.Body);
        var buffer = new char[RuleJson.MaxLength + 1];
        var length = await reader.ReadBlockAsync(buffer, cancel);
        return length > RuleJson.MaxLength ? null : new string(buffer, 0, length);
    }

    private static IResult Missing(int id) => Results.Problem($"There is no segment {id}.", statusCode: 404);

    private static IResult Invalid(IReadOnlyList<RuleProblem> problems) => Results.Problem("The rule cannot be used.", statusCode: 422, extensions: new Dictionary<string, object?> { ["problems"] = problems });

    private static object Shape(Segment s) => new { s.Id, s.Name, s.Description, s.Status, s.Version, s.Size, s.AsOf, s.CatchingUp, s.CreatedAt, s.UpdatedAt, Rule = s.Read() };
}
