namespace BehaviorDashboard.Storage;

/// <summary>What is known of a statement that was slow at least once.</summary>
/// <param name="Name">Class and method it stands in, such as <c>PeopleStore.CountAsync</c>.</param>
/// <param name="What">What it does to which tables, such as <c>select profiles, consents</c>.</param>
/// <param name="Count">How often it was slow; the times are of these calls (the newest of them, where they are many).</param>
/// <param name="Rows">Rows that the last of them read or touched; null: not known.</param>
public sealed record SlowStatement(string Name, string What, long Count, TimeSpan P50, TimeSpan P95, TimeSpan Longest, DateTimeOffset LastAt, long? Rows);
