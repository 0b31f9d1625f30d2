using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Segments;

/// <summary>The scales that were chosen; the newest is in use, on the page and in segments.</summary>
public sealed class RfmScales(Database database, ShopClock clock)
{
    private const string All = "select version as Version, scale as Scale, saved_at as SavedAt from rfm_scales order by version desc limit 50";

    private const string Insert = """
        insert into rfm_scales (version, scale, saved_at) select coalesce(max(version), 0) + 1, @Scale, @Now from rfm_scales
        """;

    private sealed record Row(int Version, string Scale, DateTimeOffset SavedAt);

    /// <summary>Asked of the store each time: another web node may have saved one.</summary>
    public async Task<RfmScaleVersion> CurrentAsync(CancellationToken cancel = default) => (await VersionsAsync(cancel)) is [var newest, ..] ? newest : RfmScaleVersion.None;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<RfmScaleVersion>> VersionsAsync(CancellationToken cancel = default) =>
        [.. (await database.QueryAsync<Row>(All, null, cancel)).Select(r => new RfmScaleVersion(r.Version, RfmScale.Read(r.Scale), r.SavedAt))];

    /// <returns>What is wrong with the scale; null: it is in use now.</returns>
    public async Task<string?> SaveAsync(RfmScale scale, IAuditLog audit, CancellationToken cancel = default)
    {
        if (scale.Problem is { } problem) return problem;
        var before = await CurrentAsync(cancel);
        if (before.Scale.Write() == scale.Write()) return null;
        await database.ExecuteAsync(Insert, new { Scale = scale.Write(), Now = clock.Now }, cancel);
        var after = await CurrentAsync(cancel);
        await audit.RecordAsync(new AuditEntry("rfm.scale_changed", "rfm:" + after.Version.ToString(CultureInfo.InvariantCulture), JsonSerializer.Serialize(new { before = before.Scale, after = after.Scale }, JsonSerializerOptions.Web)), cancel);
        return null;
    }
}
