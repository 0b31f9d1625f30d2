namespace BehaviorDashboard.Look;

/// <summary>How amounts of a currency are written: its sign and its smallest unit.</summary>
internal static class Currencies
{
    private static readonly Dictionary<string, string> Signs = new(StringComparer.Ordinal)
    {
        ["USD"] = "$", ["EUR"] = "€", ["GBP"] = "£", ["CNY"] = "¥", ["JPY"] = "¥", ["KRW"] = "₩", ["INR"] = "₹",
        ["HKD"] = "HK$", ["TWD"] = "NT$", ["SGD"] = "S$", ["AUD"] = "A$", ["CAD"] = "C$", ["NZD"] = "NZ$", ["BRL"] = "R$",
    };

    /// <summary>What stands before the figures: a sign, or the code and a narrow space.</summary>
    public static string Prefix(string currency) => Signs.TryGetValue(currency, out var sign) ? sign : currency + "\u202f";

    public static int Decimals(string currency) => currency switch
    {
        "JPY" or "KRW" or "VND" or "CLP" or "ISK" or "UGX" or "XAF" or "XOF" or "PYG" => 0,
        "KWD" or "BHD" or "OMR" or "TND" or "JOD" or "IQD" or "LYD" => 3,
        _ => 2,
    };
}
