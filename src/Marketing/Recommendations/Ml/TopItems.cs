namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>The k best places of a score vector, best first; ties go to the lower index, so the answer is the same every time.</summary>
public static class TopItems
{
    public static int[] Of(ReadOnlySpan<float> scores, int k)
    {
        var (items, values, count) = (new int[k], new float[k], 0);
        for (var item = 0; item < scores.Length; item++)
        {
            var score = scores[item];
            if (float.IsNegativeInfinity(score) || count == k && score <= values[k - 1])
                continue;
            var place = count < k ? count++ : k - 1;
            for (; place > 0 && values[place - 1] < score; place--)
                (items[place], values[place]) = (items[place - 1], values[place - 1]);
            (items[place], values[place]) = (item, score);
        }
        return items[..count];
    }
}
