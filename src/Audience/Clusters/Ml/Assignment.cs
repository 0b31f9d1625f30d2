namespace BehaviorDashboard.Clusters;

/// <summary>Pairs rows with columns so that the gain of all pairs together is largest (the Hungarian method).</summary>
/// <remarks>Kuhn (1955); the O(n³) form with potentials.</remarks>
public static class Assignment
{
    /// <returns>The column of each row; -1 where there are more rows than columns and it got none.</returns>
    public static int[] Best(IReadOnlyList<IReadOnlyList<double>> gain)
    {
        var rows = gain.Count;
        var columns = rows == 0 ? 0 : gain[0].Count;
        var n = Math.Max(rows, columns);
        double Cost(int i, int j) => i < rows && j < columns ? -gain[i][j] : 0;
        var (u, v, match, way) = (new double[n + 1], new double[n + 1], new int[n + 1], new int[n + 1]);
        for (var i = 1; i <= n; i++)
        {
            match[0] = i;
            var j0 = 0;
            var least = Enumerable.Repeat(double.MaxValue, n + 1).ToArray();
            var used = new bool[n + 1];
            do
            {
                used[j0] = true;
                var (i0, delta, j1) = (match[j0], double.MaxValue, 0);
                for (var j = 1; j <= n; j++)
                {
                    if (used[j]) continue;
                    var reduced = Cost(i0 - 1, j - 1) - u[i0] - v[j];
                    if (reduced < least[j]) (least[j], way[j]) = (reduced, j0);
                    if (least[j] < delta) (delta, j1) = (least[j], j);
                }
                for (var j = 0; j <= n; j++)
                {
                    if (used[j])
                    {
                        u[match[j]] += delta;
                        v[j] -= delta;
                    }
                    else least[j] -= delta;
                }
                j0 = j1;
            }
            while (match[j0] != 0);
            do
            {
                match[j0] = match[way[j0]];
                j0 = way[j0];
            }
            while (j0 != 0);
        }
        var result = Enumerable.Repeat(-1, rows).ToArray();
        for (var j = 1; j <= columns; j++)
            if (match[j] <= rows) result[match[j] - 1] = j - 1;
        return result;
    }
}
