using System.Text.Json;
using System.Text.RegularExpressions;

namespace BehaviorDashboard.Events;

/// <summary>Which orders were bought at a discount: those whose property <c>discount</c> is a number above 0.</summary>
/// <remarks>Decided on the text of the number, which C# and both engines write alike enough: no minus, and a digit other than 0 before any exponent.</remarks>
public static partial class Discounts
{
    private const string AboveZero = "^[0-9.]*[1-9][0-9.]*([eE][+-]?[0-9]+)?$";

    /// <summary>The same over a row <c>e</c> of events that is an order.</summary>
    public const string Sql = $"coalesce((e.properties ->> 'discount') ~ '{AboveZero}', false)";

    /// <param name="properties">JSON object or null.</param>
    public static bool IsDiscounted(string? properties)
    {
        if (properties is null || !properties.Contains("\"discount\"", StringComparison.Ordinal)) return false;
        using var json = JsonDocument.Parse(properties);
        return json.RootElement.TryGetProperty("discount", out var discount) && discount.ValueKind is JsonValueKind.Number or JsonValueKind.String && Number().IsMatch(discount.ToString());
    }

    [GeneratedRegex(AboveZero)]
    private static partial Regex Number();
}
