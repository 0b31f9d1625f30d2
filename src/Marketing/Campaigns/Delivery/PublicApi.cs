using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.Campaigns;

/// <summary>What links in messages lead to. Open to everybody, because the people who get them have no account; each link is sealed.</summary>
internal static class PublicApi
{
    private static readonly byte[] Point = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    public static void Map(IEndpointRouteBuilder routes)
    {
        var links = routes.MapGroup("/m").AllowAnonymous().ExcludeFromDescription();
        links.MapGet("/u/{token}", (string token) => Results.Redirect("/unsubscribe?t=" + Uri.EscapeDataString(token)));
        links.MapPost("/u/{token}", LeaveAsync).DisableAntiforgery();
        links.MapGet("/o/{token}", OpenAsync);
        links.MapGet("/c/{token}", ClickAsync);
    }

    /// <summary>One click in a mail program (RFC 8058), or the button of the page.</summary>
    private static async Task<IResult> LeaveAsync(string token, HttpRequest request, PublicLinks links, FeedbackService feedback, CancellationToken cancel)
    {
        if (links.Open(token) is not { } owner) return Results.NotFound();
        var form = request.HasFormContentType ? await request.ReadFormAsync(cancel) : null;
        await feedback.StopAsync("unsubscribed", owner, cancel);
        return form?.ContainsKey("page") == true ? Results.Redirect("/unsubscribe?done=1") : Results.Ok();
    }

    private static async Task<IResult> OpenAsync(string token, PublicLinks links, FeedbackService feedback, CancellationToken cancel)
    {
        if (links.Open(token) is { } owner) await feedback.OpenedAsync(owner, cancel);
        return Results.Bytes(Point, "image/gif");
    }

    private static async Task<IResult> ClickAsync(string token, PublicLinks links, FeedbackService feedback, CancellationToken cancel)
    {
        if (links.Open(token) is not { Target: { } target } owner) return Results.NotFound();
        await feedback.ClickedAsync(owner, cancel);
        return Results.Redirect(target);
    }
}
