namespace BehaviorDashboard.Segments;

/// <summary>What is wrong with a rule, as a named value.</summary>
/// <param name="Path">Where, such as <c>rules[1].where[0]</c>; empty for the whole.</param>
/// <param name="Code">A resource key of the pages, and the API's code.</param>
/// <param name="Detail">What was found there.</param>
public sealed record RuleProblem(string Path, string Code, string Detail);
