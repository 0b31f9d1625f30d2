using System.Globalization;

namespace BehaviorDashboard.Evaluation;

/// <summary>Figures as lines: <c>name: value</c> for the product, <c>label name: value</c> for a baseline.</summary>
internal sealed class Report(TextWriter output)
{
    public void Figure(string name, double value) => output.WriteLine($"{name}: {value.ToString("G6", CultureInfo.InvariantCulture)}");

    public void Figure(string name, string value) => output.WriteLine($"{name}: {value}");

    /// <param name="label">What was measured instead of the product, such as "popularity".</param>
    public void Baseline(string label, string name, double value) => Figure($"{label} {name}", value);
}
