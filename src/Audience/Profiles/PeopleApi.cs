using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.Profiles;

/// <summary>People over HTTP, without personal data: keys and figures.</summary>
internal static class PeopleApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v1/people").RequireAuthorization(Access.ReadApi).WithTags("People");
        api.MapGet("", PageAsync).WithSummary("A page of people").WithDescription("Hand next back as after. sort: seen, revenue, orders; who: all, known, anonymous, buyers.");
        api.MapGet("/{key}", FindAsync).WithSummary("One person by any of their keys");
        api.MapGet("/{key}/events", EventsAsync).WithSummary("A person's newest events");
        var erasure = routes.MapGroup("/v1/people/{key}").RequireAuthorization(Access.AdminApi).WithTags("People");
        erasure.MapGet("/erasure", SizeAsync).WithSummary("What an erasure of this person would touch");
        erasure.MapDelete("", EraseAsync).WithSummary("Erase a person").WithDescription("Events, profile, keys, segment stays, rejects and import leftovers go; orders and refunds stay for the totals as nobody's. The answer says how many of each. Cannot be undone.");
    }

    private static async Task<IResult> SizeAsync(string key, PersonErasure erasure, CancellationToken cancel) =>
        await erasure.CountAsync(key, cancel) is { } records ? Results.Ok(new { records }) : Results.Problem("Nobody has this key.", statusCode: 404);

    private static async Task<IResult> EraseAsync(string key, PersonErasure erasure) =>
        await erasure.EraseAsync(key) is { } records ? Results.Ok(new { records }) : Results.Problem("Nobody has this key.", statusCode: 404);

    private static async Task<IResult> PageAsync(PeopleService people, string? who, string? sort, string? after, CancellationToken cancel)
    {
        var page = await people.PageAsync(new PeopleQuery { Who = who ?? "all", Sort = sort ?? "seen", After = after }, cancel);
        return Results.Ok(new { people = page.People.Select(Bare), page.Next });
    }

    private static async Task<IResult> FindAsync(string key, PeopleService people, CancellationToken cancel) =>
        await people.FindAsync(key, cancel) is { } person ? Results.Ok(Bare(person)) : Results.Problem("Nobody has this key.", statusCode: 404);

    private static async Task<IResult> EventsAsync(string key, PeopleService people, CancellationToken cancel)
    {
        if (await people.FindAsync(key, cancel) is not { } person) return Results.Problem("Nobody has this key.", statusCode: 404);
        return Results.Ok(await people.TimelineAsync(person, await people.IdentitiesAsync(person, cancel), null, 100, cancel: cancel));
    }

    private static Person Bare(Person person) => person with { Name = null, Email = null, Traits = null };
}
