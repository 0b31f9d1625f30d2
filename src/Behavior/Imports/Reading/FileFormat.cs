using System.Text;

namespace BehaviorDashboard.Imports;

/// <summary>What the person says of a file's form; what is null is found out from the file.</summary>
public sealed record FormatWish(char? Delimiter = null, string? Encoding = null, DecimalMark? DecimalMark = null, DateOrder? Dates = null);

/// <summary>How a file is read.</summary>
/// <param name="DecimalMark">Null where no value proved it: then a value that could be either is refused.</param>
/// <param name="Dates">As <paramref name="DecimalMark"/>.</param>
internal sealed record FileFormat(char Delimiter, Encoding Encoding, DecimalMark? DecimalMark, DateOrder? Dates)
{
    public const string UnclearNumber = "could be read with a decimal point or a decimal comma: say --decimal point or --decimal comma";

    public const string UnclearDate = "could be day or month first: say --dates dmy or --dates mdy";

    /// <returns>What is wrong with the number, or null; an empty one is null.</returns>
    public string? Number(string? text, out decimal? number)
    {
        number = null;
        if (text is null) return null;
        if (DecimalMark is null)
        {
            Numbers.Proof(text, out var unclear);
            if (unclear) return $"'{text}' {UnclearNumber}";
        }
        if (!Numbers.TryRead(text, DecimalMark ?? Imports.DecimalMark.Point, out var read)) return $"'{Short(text)}' is not a number";
        number = read;
        return null;
    }

    /// <returns>What is wrong with the whole number, or null; an empty one is null.</returns>
    public string? Whole(string? text, out int? number)
    {
        number = null;
        if (Number(text, out var read) is { } problem) return problem;
        if (read is not { } amount) return null;
        if (decimal.Truncate(amount) != amount || Math.Abs(amount) > int.MaxValue) return $"'{Short(text!)}' is not a whole number";
        number = (int)amount;
        return null;
    }

    /// <returns>What is wrong with the time, or null.</returns>
    public string? Time(string? text, out WrittenTime time)
    {
        time = default;
        if (text is null) return "is empty";
        if (Dates is null)
        {
            Imports.Dates.Proof(text, out var unclear);
            if (unclear) return $"'{text}' {UnclearDate}";
        }
        return Imports.Dates.TryRead(text, Dates ?? DateOrder.DayFirst, out time) ? null : $"'{Short(text)}' is not a date and time";
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
