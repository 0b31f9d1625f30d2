using BehaviorDashboard.Features;

namespace BehaviorDashboard.Clusters;

/// <summary>
/// The published model as SQL over running rows. Scaling, components and distance to a centroid are together a linear
/// function of the scaled figures, so that the nearest centroid is the least of k sums.
/// </summary>
internal static class ClusterSql
{
    /// <returns>SQL that gives <c>person</c> and <c>grp</c>, the cluster's id as text.</returns>
    /// <param name="value">Turns a value into a parameter.</param>
    public static string People(ClusterModel model, DateTimeOffset reference, string profiles, Func<object, string> value)
    {
        var features = model.Preparation.Features;
        var asOf = value(reference);
        var scaled = features.Select((f, i) => $"{Scaled(f, asOf, value)} as z{i}");
        var scores = model.Centroids.Select((c, j) => $"{Score(model.Preparation, c, value)} as s{j}");
        var nearest = model.Clusters.Select((c, j) => $"when {string.Join(" and ", Enumerable.Range(0, model.Clusters.Count).Where(o => o != j).Select(o => $"s{j} <= s{o}").DefaultIfEmpty("true"))} then '{c.Id}'");
        return $"""
            select person, case {string.Join(" ", nearest)} end as grp
            from (select person, {string.Join(", ", scores)} from (select p.user_id as person, {string.Join(", ", scaled)} from {profiles} p where {model.Settings.Where}) z) s
            """;
    }

    private static string Scaled(FeatureScale scale, string asOf, Func<object, string> value)
    {
        var clamped = $"least(greatest(coalesce({PersonFeatures.Find(scale.Key)!.Number(asOf)}, {value(scale.Fill)}), {value(scale.Low)}), {value(scale.High)})";
        return $"(({(scale.Log ? $"ln(1 + {clamped})" : clamped)}) - {value(scale.Mean)}) / {value(scale.Deviation)}";
    }

    private static string Score(Preparation preparation, float[] centroid, Func<object, string> value)
    {
        var half = centroid.Sum(v => (double)v * v) / 2;
        var weights = preparation.Features.Select((_, i) => preparation.Components.Select((row, m) => row[i] * centroid[m]).Sum());
        return value(half) + string.Concat(weights.Select((w, i) => $" - {value(w)} * z{i}"));
    }
}
