using BehaviorDashboard.Features;

namespace BehaviorDashboard.Clusters;

/// <summary>Keeps a cluster's identity from version to version: the one that shares most people with it is it again.</summary>
internal static class ClusterMatching
{
    /// <summary>Less in common (shared people / people of both) is another cluster.</summary>
    private const double LeastShared = 0.3;

    /// <summary>Where a version puts people as they are now, as positions in its list of clusters.</summary>
    public static int[] Labels(ClusterModel model, PersonTable table)
    {
        var columns = model.Preparation.Components.Length;
        var missing = model.Preparation.Features.Where(f => !table.Keys.Contains(f.Key)).Select(f => f.Key).ToList();
        var whole = missing.Count == 0 ? table
            : new PersonTable([.. table.Keys, .. missing], table.People, [.. table.Columns, .. missing.Select(_ => Enumerable.Repeat(double.NaN, table.People.Count).ToArray())]);
        return KMeans.Assign(ClusterTrainer.Prepare(model.Preparation, whole), columns, model.Centroids);
    }

    /// <param name="labels">Of the new clusters.</param>
    /// <param name="before">Of the version before, for the same people; null: there was none.</param>
    /// <returns>The id of each new cluster, and the next one that is free.</returns>
    public static (int[] Ids, int Next) Ids(int k, int[] labels, int[]? before, ClusterModel? model)
    {
        if (before is null || model is null) return ([.. Enumerable.Range(1, k)], k + 1);
        var shared = Enumerable.Range(0, k).Select(_ => new double[model.Clusters.Count]).ToArray();
        for (var i = 0; i < labels.Length; i++) shared[labels[i]][before[i]]++;
        var alike = shared.Select((row, j) => (IReadOnlyList<double>)[.. row.Select((both, o) => both / Math.Max(1, row.Sum() + shared.Sum(r => r[o]) - both))]).ToList();
        var pairs = Assignment.Best(alike);
        var next = model.NextId;
        return ([.. pairs.Select((o, j) => o >= 0 && alike[j][o] >= LeastShared ? model.Clusters[o].Id : next++)], next);
    }
}
