using System.Globalization;
using BehaviorDashboard.Predictions.Pages;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Predictions;

/// <summary>Figures and drivers in the reader's language.</summary>
internal sealed class PredictionWords(IStringLocalizer<PredictionsText> text)
{
    public string Feature(string key) => text["Feature." + key] is { ResourceNotFound: false } named ? named.Value : key;

    public string Figure(string key) => text["Figure." + key];

    /// <param name="weight">In log-odds.</param>
    public string Driver(string feature, double value, double weight) => text[weight > 0 ? "Driver.Up" : "Driver.Down", Feature(feature), double.IsFinite(value) ? value.ToString(Math.Abs(value) < 10 ? "0.##" : "N0", CultureInfo.CurrentCulture) : text["Unknown"].Value];
}
