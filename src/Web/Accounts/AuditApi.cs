using System.Text;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Look;

namespace BehaviorDashboard.Accounts;

/// <summary>The audit log as a file, with the page's own filters.</summary>
internal static class AuditApi
{
    private const int MostLines = 100_000;
    private static readonly string[] Columns = ["occurred_at", "actor_kind", "actor_id", "actor_name", "action", "target", "detail", "ip"];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/admin/audit.csv", DownloadAsync).RequireAuthorization(Access.Administer).ExcludeFromDescription();

    private static async Task<IResult> DownloadAsync(DateTimeOffset? from, DateTimeOffset? to, string? who, string? what, string? target, AuditLog log, IAuditLog audit, CancellationToken cancel)
    {
        var (lines, _) = await log.PageAsync(new AuditFilter(from, to, who, what, target), 0, MostLines, cancel);
        await audit.RecordAsync(new AuditEntry("audit.downloaded", "audit_log"), cancel);
        var text = Csv.Write(Columns, lines.Select(l => new object?[] { l.At, l.Kind, l.ActorId, l.Name, l.Action, l.Target, l.Readable, l.Ip }));
        return Results.File(Encoding.UTF8.GetBytes(text), "text/csv; charset=utf-8", "audit.csv");
    }
}
