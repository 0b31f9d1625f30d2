namespace BehaviorDashboard.Segments;

/// <summary>A way to divide people into groups that a condition may name: learned clusters, RFM groups.</summary>
public interface IGrouping
{
    /// <summary>As rules name it.</summary>
    string Key { get; }

    /// <summary>How people are divided at an instant; null while it is not known.</summary>
    Task<GroupingState?> AtAsync(DateTimeOffset asOf, CancellationToken cancel);
}

/// <summary>How people are divided. While the version stays, a person's group follows from their running row alone.</summary>
/// <param name="Version">Another one: everybody may have moved.</param>
/// <param name="Title">Of the grouping, in the reader's language.</param>
/// <param name="Name">Of a group, in the reader's language.</param>
/// <param name="People">SQL that gives <c>person</c> and <c>grp</c> from rows of the named table of profiles; the second argument turns a value into a parameter.</param>
public sealed record GroupingState(string Key, string Version, IReadOnlyList<string> Groups, Func<string> Title, Func<string, string> Name, Func<string, Func<object, string>, string> People);
