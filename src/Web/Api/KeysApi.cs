using System.Security.Claims;
using BehaviorDashboard.Accounts;
using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BehaviorDashboard.Api;

/// <summary>API keys through the API.</summary>
internal static class KeysApi
{
    private const int LongestName = 120;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1").WithTags("API keys");
        group.MapGet("/key", WhoAmI).RequireAuthorization(Access.ReadApi).WithName("whoAmI").WithSummary("Who the presented key or session is, and what it may do");
        group.MapGet("/keys", ListAsync).RequireAuthorization(Access.AdminApi).WithName("listKeys").WithSummary("All API keys, without their secrets");
        group.MapPost("/keys", CreateAsync).RequireAuthorization(Access.AdminApi).WithName("createKey").WithSummary("Make an API key; the answer is the only time it is shown");
        group.MapDelete("/keys/{id}", RevokeAsync).RequireAuthorization(Access.AdminApi).WithName("revokeKey").WithSummary("Refuse a key from now on");
    }

    private static Ok<Caller> WhoAmI(ClaimsPrincipal user) => TypedResults.Ok(new Caller(
        user.FindFirst(AuditActor.KeyClaim)?.Value ?? user.FindFirst(ClaimTypes.NameIdentifier)!.Value,
        user.FindFirst(ClaimTypes.Name)?.Value ?? "",
        [.. user.FindAll(Access.ScopeClaim).Select(c => c.Value)],
        user.FindFirst(ClaimTypes.Role)?.Value));

    private static async Task<Ok<IEnumerable<KeyLine>>> ListAsync(ApiKeys keys, CancellationToken cancel) =>
        TypedResults.Ok((await keys.ListAsync(cancel)).Select(r => new KeyLine(r.Id, r.Name, r.Scopes.Split(' '), r.CreatedAt, r.CreatedBy, r.RevokedAt, r.LastUsedAt)));

    private static async Task<Results<Created<NewKey>, ValidationProblem>> CreateAsync(KeyRequest request, ApiKeys keys, ClaimsPrincipal user, CancellationToken cancel)
    {
        var problems = new Dictionary<string, string[]>();
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > LongestName) problems["name"] = ["1 to 120 characters."];
        if (request.Scopes is not { Count: > 0 } || request.Scopes.Any(s => !ApiKeys.Scopes.Contains(s))) problems["scopes"] = ["One or more of write, read, admin."];
        if (problems.Count > 0) return TypedResults.ValidationProblem(problems);
        var (key, presented) = await keys.CreateAsync(request.Name!, [.. request.Scopes!.Distinct()], user.FindFirst(ClaimTypes.Name)?.Value ?? "", cancel);
        return TypedResults.Created($"/api/v1/keys/{key.Id}", new NewKey(key.Id, key.Name, [.. request.Scopes!.Distinct()], presented));
    }

    private static async Task<Results<NoContent, NotFound>> RevokeAsync(string id, ApiKeys keys, CancellationToken cancel) =>
        await keys.RevokeAsync(id, cancel) ? TypedResults.NoContent() : TypedResults.NotFound();
}

/// <summary>Who is calling.</summary>
internal sealed record Caller(string Id, string Name, IReadOnlyList<string> Scopes, string? Role);

internal sealed record KeyRequest(string? Name, IReadOnlyList<string>? Scopes);

/// <param name="Key">The whole key. Keep it: it is not shown again.</param>
internal sealed record NewKey(string Id, string Name, IReadOnlyList<string> Scopes, string Key);

internal sealed record KeyLine(string Id, string Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt);
