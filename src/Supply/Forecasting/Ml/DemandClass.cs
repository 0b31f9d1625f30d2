namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>How a product sells; methods are chosen for each class by themselves. Syntetos, Boylan and Croston (2005).</summary>
public enum DemandClass
{
    /// <summary>Too short a history to say.</summary>
    New,
    Smooth,
    Erratic,
    Intermittent,
    Lumpy,
}

public static class DemandClasses
{
    private const double GapLimit = 1.32;
    private const double SizeLimit = 0.49;

    /// <summary>Periods before which a product counts as new.</summary>
    public const int NewBelow = 8;

    /// <summary>Mean gap between periods with sales (ADI) over 1.32 is intermittent, CV² of their sizes over 0.49 erratic, both lumpy.</summary>
    public static DemandClass Of(ReadOnlySpan<double> y)
    {
        if (y.Length < NewBelow) return DemandClass.New;
        var (sold, sum, squares) = (0, 0d, 0d);
        foreach (var value in y)
        {
            if (!(value > 0)) continue;
            sold++;
            sum += value;
            squares += value * value;
        }
        if (sold == 0) return DemandClass.Intermittent;
        var mean = sum / sold;
        var (gap, variation) = ((double)y.Length / sold, (squares / sold - mean * mean) / (mean * mean));
        return (gap > GapLimit, variation > SizeLimit) switch
        {
            (false, false) => DemandClass.Smooth,
            (false, true) => DemandClass.Erratic,
            (true, false) => DemandClass.Intermittent,
            _ => DemandClass.Lumpy,
        };
    }
}
