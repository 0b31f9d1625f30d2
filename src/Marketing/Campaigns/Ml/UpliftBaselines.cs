namespace BehaviorDashboard.Campaigns;

/// <summary>What is ranked by while there is no uplift model.</summary>
public static class UpliftBaselines
{
    /// <summary>Each way of learning by itself, without choosing.</summary>
    public static IEnumerable<(string Name, Predictor Predict)> Learners(UpliftTable table, int seed) => UpliftLearners.All.Select(l => (l.Name, l.Fit(table, seed)));

    /// <summary>What could be foreseen from the features at all: trees fitted to true effects, which only a simulation knows.</summary>
    public static Predictor Foreseeable(UpliftTable table, IReadOnlyList<double> effects, int seed) => Boosted.Fit(table.Rows, effects, seed, trees: 400, leaves: 31);

    /// <summary>Chance to convert if treated: finds buyers, not those whom the campaign moves.</summary>
    public static Predictor Propensity(UpliftTable table)
    {
        var arm = table.Where(i => table.Treated[i]);
        return Ridge.Fit(arm.Rows, arm.Outcome, 0.02).Predict;
    }
}
