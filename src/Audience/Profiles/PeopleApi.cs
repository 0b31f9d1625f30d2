using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.Profiles;

/// <summary>People over HTTP, without names and addresses where they are not asked for: keys and figures. Each look is written down.</summary>
internal static class PeopleApi
{
    private const string NoSuch = "Nobody has this key.";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v1/people").RequireAuthorization(Access.ReadPeopleApi).WithTags("People");
        api.MapGet("", PageAsync).WithSummary("A page of people")
            .WithDescription("Hand next back as after. sort: seen, revenue, orders, ordered; who: all, known, anonymous, buyers; set: a set such as segment:7; consent: a purpose, with a minus before it for those without.");
        api.MapGet("/{key}", FindAsync).WithSummary("One person by any of their keys");
        api.MapGet("/{key}/events", EventsAsync).WithSummary("A person's newest events");
        api.MapGet("/{key}/consents", ConsentsAsync).WithSummary("What a person agreed to");
        var admin = routes.MapGroup("/v1/people/{key}").RequireAuthorization(Access.AdminApi).WithTags("People");
        admin.MapGet("/erasure", SizeAsync).WithSummary("What an erasure of this person would touch");
        admin.MapGet("/export", ExportAsync).WithSummary("Everything held about a person").WithDescription("format: json (default) or csv (a zip of one file a kind).");
        admin.MapDelete("", EraseAsync).WithSummary("Erase a person")
            .WithDescription("Events, profile, keys, segment stays, rejects and import leftovers go; orders and refunds stay for the totals as nobody's, unless totals=false. The answer says how many of each. Cannot be undone.");
        routes.MapGet("/customers.csv", DownloadAsync).RequireAuthorization(Access.ViewPeople).ExcludeFromDescription();
        routes.MapGet("/customers/{key}/export", ExportAsync).RequireAuthorization(Access.EditPeople).ExcludeFromDescription();
    }

    private static IResult Missing() => Results.Problem(NoSuch, statusCode: 404);

    private static async Task<IResult> SizeAsync(string key, PersonErasure erasure, CancellationToken cancel, bool totals = true) =>
        await erasure.CountAsync(key, totals, cancel) is { } records ? Results.Ok(new { records }) : Missing();

    private static async Task<IResult> EraseAsync(string key, PersonErasure erasure, bool totals = true) =>
        await erasure.EraseAsync(key, totals) is { } records ? Results.Ok(new { records }) : Missing();

    private static async Task<IResult> ExportAsync(string key, PersonExport export, CancellationToken cancel, string format = "json")
    {
        if (format is not ("json" or "csv")) return Results.Problem("format is json or csv.", statusCode: 400);
        if (await export.ReadAsync(key, cancel) is not { } tables) return Missing();
        return format == "csv" ? Results.File(PersonExport.Zip(tables), "application/zip", "person.zip") : Results.File(export.Json(tables), "application/json; charset=utf-8", "person.json");
    }

    private static async Task<IResult> PageAsync(PeopleService people, IAuditLog audit, string? who, string? sort, string? set, string? consent, string? after, CancellationToken cancel)
    {
        if (sort is not null && !PeopleQuery.Sorts.Contains(sort)) return Results.Problem($"sort is one of {string.Join(", ", PeopleQuery.Sorts)}.", statusCode: 400);
        if (who is not null && !PeopleQuery.Kinds.Contains(who)) return Results.Problem($"who is one of {string.Join(", ", PeopleQuery.Kinds)}.", statusCode: 400);
        var page = await people.PageAsync(new PeopleQuery { Who = who ?? "all", Sort = sort ?? "seen", Set = set ?? "", Consent = consent ?? "", After = after }, cancel);
        await audit.PeopleViewedAsync("people", page.People.Count, cancel);
        return Results.Ok(new { people = page.People.Select(Bare), page.Next });
    }

    private static async Task<IResult> FindAsync(string key, PeopleService people, CancellationToken cancel)
    {
        if (await people.FindAsync(key, cancel) is not { } person) return Missing();
        await people.LookedAtAsync(person);
        return Results.Ok(Bare(person));
    }

    private static async Task<IResult> ConsentsAsync(string key, PeopleService people, ConsentService consents, CancellationToken cancel)
    {
        if (await people.FindAsync(key, cancel) is not { } person) return Missing();
        await people.LookedAtAsync(person);
        return Results.Ok(new { consents = await consents.OfAsync(key, cancel) });
    }

    private static async Task<IResult> EventsAsync(string key, PeopleService people, CancellationToken cancel)
    {
        if (await people.FindAsync(key, cancel) is not { } person) return Missing();
        await people.LookedAtAsync(person);
        return Results.Ok(await people.TimelineAsync(person, await people.IdentitiesAsync(person, cancel), null, 100, cancel: cancel));
    }

    /// <summary>The list as the page shows it, with the same filters, masked by role.</summary>
    private static async Task<IResult> DownloadAsync(HttpContext http, PeopleService people, PeopleFilter filter, IAuthorizationService authorization, IAuditLog audit, CancellationToken cancel)
    {
        var query = filter.Read(http.Request.Query.ToDictionary(q => q.Key, q => (string?)q.Value, StringComparer.Ordinal));
        var personal = (await authorization.AuthorizeAsync(http.User, null, Access.SeePersonalData)).Succeeded;
        await audit.RecordAsync(new AuditEntry("people.downloaded", "people", System.Text.Json.JsonSerializer.Serialize(new { count = await people.CountAsync(query, cancel), personal })), cancel);
        return Results.Stream(stream => PeopleFile.WriteAsync(stream, people.AllAsync(query, cancel), personal, cancel), "text/csv; charset=utf-8", "people.csv");
    }

    private static Person Bare(Person person) => person with { Name = null, Email = null, Traits = null };
}
