using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BehaviorDashboard.Clusters;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Clusters;

/// <summary>Clusters as programs read them: verdict, means, versions, and the way to a segment with the same people.</summary>
public sealed class ClustersApiTests(WebHost host) : IClassFixture<WebHost>
{
    [Fact]
    public async Task A_run_is_read_version_by_version_and_a_cluster_becomes_a_segment_once()
    {
        using var reader = await host.KeyClientAsync(Access.ScopeRead);
        using var admin = await host.KeyClientAsync(Access.ScopeAdmin);
        using var writer = await host.KeyClientAsync(Access.ScopeWrite);
        using var stranger = host.Client();
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(reader, "/v1/clusters"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stranger, "/v1/clusters"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(writer, "/v1/clusters"));

        await TrainAsync();
        var found = await JsonAsync(reader, "/v1/clusters");
        Assert.Equal((1, "champion", "stable", 120L), (found.GetProperty("version").GetInt32(), found.GetProperty("status").GetString(), found.GetProperty("verdict").GetString(), found.GetProperty("people").GetInt64()));
        var features = found.GetProperty("features").EnumerateArray().Select(f => f.GetString()!).ToList();
        var clusters = found.GetProperty("clusters").EnumerateArray().ToList();
        Assert.Equal([60, 60], clusters.Select(c => c.GetProperty("size").GetInt32()));
        Assert.Equal(1, clusters.Sum(c => c.GetProperty("share").GetDouble()), 9);
        Assert.Equal(2, clusters.Select(c => c.GetProperty("name").GetString()).Distinct().Count());
        Assert.All(clusters, c => Assert.Equal((features.Count, features.Count, 0), (c.GetProperty("means").GetArrayLength(), c.GetProperty("distances").GetArrayLength(), c.GetProperty("segments").GetArrayLength())));
        Assert.InRange(found.GetProperty("stability").GetDouble(), 0.85, 1);
        Assert.InRange(found.GetProperty("seed_agreement").GetDouble(), 0.9, 1);
        Assert.Equal(1, Assert.Single((await JsonAsync(reader, "/v1/clusters/versions")).GetProperty("versions").EnumerateArray()).GetProperty("version").GetInt32());
        Assert.Equal(1, (await JsonAsync(reader, "/v1/clusters?version=1")).GetProperty("version").GetInt32());
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(reader, "/v1/clusters?version=7"));

        var often = clusters.MaxBy(c => c.GetProperty("means")[features.IndexOf("orders")].GetDouble()).GetProperty("id").GetInt32();
        using (var refused = await reader.PostAsync(At($"/v1/clusters/{often}/segment"), null)) Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using (var none = await admin.PostAsync(At("/v1/clusters/99/segment"), null)) Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        var (first, again) = (await MakeAsync(admin, often), await MakeAsync(admin, often));
        Assert.Equal(first, again);
        Assert.Equal([first], (await JsonAsync(reader, "/v1/clusters")).GetProperty("clusters").EnumerateArray().Single(c => c.GetProperty("id").GetInt32() == often).GetProperty("segments").EnumerateArray().Select(s => s.GetInt32()));
        var members = (await JsonAsync(reader, $"/v1/segments/{first}/members")).GetProperty("members").EnumerateArray().Select(m => m.GetProperty("user_id").GetString()!).ToList();
        Assert.Equal(60, members.Count);
        Assert.All(members, m => Assert.StartsWith("often", m, StringComparison.Ordinal));
    }

    /// <summary>Two kinds of buyers, far apart.</summary>
    private async Task TrainAsync()
    {
        var now = DateTimeOffset.UtcNow;
        await host.Services.GetRequiredService<EventWriter>().AppendAsync([.. from kind in new[] { "often", "seldom" }
            from person in Enumerable.Range(0, 60)
            from order in Enumerable.Range(0, kind == "often" ? 12 + person % 5 : 1)
            select Make.Event($"{kind}{person}-{order}", EventNames.OrderCompleted, $"{kind}{person}", at: now.AddDays(-(kind == "often" ? 2 + order * 9 : 150 + person)), revenue: kind == "often" ? 20 + person % 7 : 300 + person, order: $"{kind}{person}-{order}")]);
        await using var scope = host.Services.CreateAsyncScope();
        var clusters = scope.ServiceProvider.GetRequiredService<ClusterService>();
        await clusters.TrainAsync(new ClusterSettings(K: 2));
        for (var wait = 0; await clusters.FindAsync(null) is null && wait < 600; wait++) await Task.Delay(100);
    }

    private static async Task<int> MakeAsync(HttpClient admin, int cluster)
    {
        using var made = await admin.PostAsync(At($"/v1/clusters/{cluster}/segment"), null);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt32();
    }

    private static Uri At(string path) => new(path, UriKind.Relative);

    private static async Task<JsonElement> JsonAsync(HttpClient client, string path) => JsonDocument.Parse(await client.GetStringAsync(At(path))).RootElement;

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(At(path));
        return answer.StatusCode;
    }
}
