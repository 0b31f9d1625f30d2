using System.Text.Json;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Privacy;

/// <summary>What an erasure removed. Names nobody.</summary>
public sealed record ErasureReport(string Id, string Person, DateTimeOffset ErasedAt, bool KeepTotals, string Records, string Models)
{
    public IReadOnlyList<PersonalRecords> ReadRecords() => JsonSerializer.Deserialize<PersonalRecords[]>(Records) ?? [];

    public IReadOnlyList<string> ReadModels() => JsonSerializer.Deserialize<string[]>(Models) ?? [];
}

/// <summary>What an erasure would touch.</summary>
/// <param name="Models">Model versions trained while the person's data was there.</param>
public sealed record ErasurePlan(IReadOnlyList<PersonalRecords> Records, IReadOnlyList<string> Models)
{
    public long Total => Records.Where(r => !r.Kept).Sum(r => r.Count);
}

/// <summary>When the embedded store was last copied without what was deleted, and whether it is wanted now.</summary>
/// <param name="Embedded">False: the server takes care of it.</param>
public sealed record DiskState(bool Embedded, DateTimeOffset? WantedAt, DateTimeOffset? DoneAt);
