using System.Text.Json;
using System.Text.Json.Serialization;

namespace BehaviorDashboard.Clusters;

/// <summary>What is asked of a run.</summary>
/// <param name="Population">customers (ordered at least once) or everybody.</param>
/// <param name="K">Null: proposed.</param>
public sealed record ClusterSettings(string Population = ClusterSettings.Customers, int? K = null, int Seed = 1)
{
    public const string Customers = "customers";
    public const string Everybody = "everybody";
    public const int MostClusters = 10;

    /// <summary>Over the row <c>p</c> of profiles.</summary>
    [JsonIgnore]
    public string Where => Population == Everybody ? "true" : "p.orders > 0";
}

/// <summary>One cluster.</summary>
/// <param name="Id">Stays from run to run while most of its members stay together.</param>
/// <param name="Means">Of the figures as they are, by feature.</param>
/// <param name="Distances">From everybody's mean in standard deviations of the scaled feature.</param>
/// <param name="Drift">How far its mean moved since the version before, in standard deviations; null for a new one.</param>
public sealed record ClusterProfile(int Id, long Size, double[] Means, double[] Distances, double? Drift);

/// <summary>A person on the map of the first two components.</summary>
public sealed record ScatterPoint(double X, double Y, int Cluster);

/// <summary>People who went from one cluster to another since the version before; from null: they were in none.</summary>
public sealed record ClusterMove(int? From, int To, long People);

/// <summary>A division into clusters as it was learned: all that assigning a person takes, and all that the page shows.</summary>
public sealed record ClusterModel(ClusterSettings Settings, DateTimeOffset AsOf, Preparation Preparation, float[][] Centroids, IReadOnlyList<ClusterProfile> Clusters, double[] Means,
    IReadOnlyList<CountChoice> Choices, double Silhouette, double SeedAgreement, int NextId, IReadOnlyList<ScatterPoint> Scatter, IReadOnlyList<ClusterMove> Moves)
{
    public const string Kind = "clusters";
    public const double Agreeing = 0.9;

    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    [JsonIgnore]
    public IReadOnlyList<string> Features => [.. Preparation.Features.Select(f => f.Key)];

    [JsonIgnore]
    public double Stability => Choices.FirstOrDefault(c => c.K == Clusters.Count)?.Stability ?? double.NaN;

    [JsonIgnore]
    public bool IsStable => SeedAgreement >= Agreeing && Stability >= ClusterCount.Stable;

    [JsonIgnore]
    public long People => Clusters.Sum(c => c.Size);

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    public static ClusterModel Read(byte[] content) => JsonSerializer.Deserialize<ClusterModel>(content, Json)!;
}
