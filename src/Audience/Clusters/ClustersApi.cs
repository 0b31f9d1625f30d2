using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Segments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.Clusters;

/// <summary>Clusters over HTTP: the version in use or another, its verdict, and the way to a segment whose members can be listed.</summary>
internal static class ClustersApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v1/clusters").WithTags("Clusters");
        api.MapGet("", FindAsync).RequireAuthorization(Access.ReadApi).WithSummary("The clusters of the version in use, or of another version")
            .WithDescription("Each with its size, its means, how far they are from everybody's, and the segments made of it: their members are at /v1/segments/{id}/members.");
        api.MapGet("/versions", VersionsAsync).RequireAuthorization(Access.ReadApi).WithSummary("Every run with its quality, newest first");
        api.MapPost("/{id:int}/segment", SegmentAsync).RequireAuthorization(Access.AdminApi).WithSummary("An active segment of whoever is in the cluster").WithDescription("Asked again, the segment there is.");
    }

    private static async Task<IResult> FindAsync(ClusterService clusters, SegmentService segments, int? version, CancellationToken cancel)
    {
        if (await clusters.FindAsync(version, cancel) is not { } found) return Results.Problem(version is null ? "No version is in use; train one and publish it." : $"There is no version {version}.", statusCode: 404);
        var (model, names, all) = (found.Model, await clusters.NamesAsync(found.Model, cancel), await segments.AllAsync(cancel));
        return Results.Json(new
        {
            version = found.Version.Version, status = found.Version.Status, trained_at = found.Version.CreatedAt, as_of = model.AsOf, population = model.Settings.Population, seed = model.Settings.Seed,
            verdict = model.IsStable ? "stable" : "unstable", silhouette = model.Silhouette, stability = Known(model.Stability), seed_agreement = model.SeedAgreement, people = model.People,
            features = model.Features, means = model.Means.Select(Known),
            clusters = model.Clusters.Select(c => new
            {
                id = c.Id, name = names[c.Id], size = c.Size, share = (double)c.Size / model.People, drift = c.Drift, means = c.Means.Select(Known), distances = c.Distances.Select(Known),
                segments = all.Where(s => s.Status == "active" && Names(s, c.Id)).Select(s => s.Id),
            }),
        });
    }

    private static async Task<IResult> VersionsAsync(ClusterService clusters, CancellationToken cancel) =>
        Results.Json(new { versions = (await clusters.VersionsAsync(cancel)).Select(v => new { version = v.Version, status = v.Status, trained_at = v.CreatedAt }) });

    private static async Task<IResult> SegmentAsync(int id, ClusterService clusters, CancellationToken cancel)
    {
        if (await clusters.FindAsync(null, cancel) is not { } found || found.Model.Clusters.All(c => c.Id != id)) return Results.Problem($"The version in use has no cluster {id}.", statusCode: 404);
        var made = await clusters.MakeSegmentAsync(id, (await clusters.NamesAsync(found.Model, cancel))[id], cancel);
        return made.Segment is { } segment ? Results.Json(new { segment.Id, segment.Name }, statusCode: 201) : Results.Problem("The segment cannot be made.", statusCode: 422, extensions: new Dictionary<string, object?> { ["problems"] = made.Problems });
    }

    private static bool Names(Segment segment, int cluster) => segment.Read().Conditions().OfType<GroupRule>().Any(g => g.Grouping == ClusterModel.Kind && g.Group == cluster.ToString(CultureInfo.InvariantCulture));

    /// <summary>JSON has no NaN.</summary>
    private static double? Known(double value) => double.IsFinite(value) ? value : null;
}
