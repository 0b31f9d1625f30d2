using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.Imports;

/// <summary>What the pages of imports download.</summary>
internal static class ImportsApi
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/data/import/{id}/skipped.csv", SkippedAsync).RequireAuthorization(Access.ManageData).ExcludeFromDescription();

    /// <summary>The rows hold what people's files hold, so the look is recorded.</summary>
    private static async Task<IResult> SkippedAsync(string id, ImportFolder folder, IAuditLog audit, CancellationToken cancel)
    {
        if (folder.FindErrors(id) is not { } path) return Results.Problem("This import skipped no rows, or its error file lies on another server.", statusCode: StatusCodes.Status404NotFound);
        await audit.RecordAsync(new AuditEntry("import.skipped.downloaded", id), cancel);
        return Results.File(path, "text/csv; charset=utf-8", $"import-{id}-skipped.csv");
    }
}
