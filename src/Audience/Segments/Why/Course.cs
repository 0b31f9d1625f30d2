namespace BehaviorDashboard.Segments;

/// <summary>An instant at which an answer may turn, because an event happened or grew old.</summary>
internal sealed record Turn(DateTimeOffset At, PersonEvent? Because);

/// <summary>The answer to a condition over time, as long as nothing new happens.</summary>
/// <param name="Turns">Every instant at which the answer can differ from just before; not ordered.</param>
internal sealed record Course(Func<DateTimeOffset, bool> Holds, IReadOnlyList<Turn> Turns)
{
    /// <summary>Since when the answer has been what it is; null: from the beginning.</summary>
    public DateTimeOffset? Since(DateTimeOffset asOf)
    {
        var (now, since) = (Holds(asOf), (DateTimeOffset?)null);
        foreach (var at in Turns.Select(t => t.At).Where(t => t <= asOf).Distinct().OrderDescending())
        {
            if (Holds(at) != now) return since;
            since = at;
        }
        return Holds(DateTimeOffset.MinValue) == now ? null : since;
    }

    /// <summary>When the answer turns by the passing of time alone, and the event that grows old then; null: never.</summary>
    public Turn? Next(DateTimeOffset asOf)
    {
        var now = Holds(asOf);
        return Turns.Where(t => t.At > asOf).OrderBy(t => t.At).FirstOrDefault(t => Holds(t.At) != now);
    }

    /// <summary>A whole rule over time.</summary>
    /// <param name="conditions">Of each condition in reading order; where there is none the present answer stays.</param>
    public static Course Of(Rule rule, IReadOnlyList<(Course? Course, bool Holds)> conditions)
    {
        bool At(DateTimeOffset t)
        {
            var next = 0;
            bool Read(Rule r)
            {
                switch (r)
                {
                    case AllOf all: return all.Rules.Select(Read).ToList().TrueForAll(h => h);
                    case AnyOf any: return any.Rules.Select(Read).ToList().Exists(h => h);
                    case Not not: return !Read(not.Rule);
                    default:
                        var (course, holds) = conditions[next++];
                        return course?.Holds(t) ?? holds;
                }
            }
            return Read(rule);
        }
        return new Course(At, [.. conditions.SelectMany(c => c.Course?.Turns ?? [])]);
    }
}
