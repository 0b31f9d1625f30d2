using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;

namespace BehaviorDashboard.Profiles;

/// <summary>Makes one person of two, and two of one again; says before what becomes of them.</summary>
public sealed class MergeService
{
    private const int MostSuggestions = 100;

    private readonly PeopleStore _people;
    private readonly MergeStore _store;
    private readonly EventWriter _writer;
    private readonly IReadOnlyList<IPeopleSets> _sets;
    private readonly IAuditLog _audit;
    private readonly TimeProvider _time;

    internal MergeService(PeopleStore people, MergeStore store, EventWriter writer, IEnumerable<IPeopleSets> sets, IAuditLog audit, TimeProvider time) =>
        (_people, _store, _writer, _sets, _audit, _time) = (people, store, writer, [.. sets], audit, time);

    /// <summary>What would become of two people; nothing is changed.</summary>
    /// <param name="one">Any key of the one who would be kept, unless only the other is known.</param>
    public async Task<(MergePreview? Preview, MergeResult Result)> PreviewAsync(string one, string other, CancellationToken cancel = default)
    {
        var (first, second) = (await _people.FindAsync(one, cancel), await _people.FindAsync(other, cancel));
        if (first is null || second is null || first.Key == second.Key) return (null, MergeResult.NotTwo);
        if (!first.IsKnown && !second.IsKnown) return (null, MergeResult.NobodyKnown);
        var (kept, merged) = first.IsKnown ? (first, second) : (second, first);
        var (keptKeys, mergedKeys) = (await _people.IdentitiesAsync(kept.Key, cancel), await _people.IdentitiesAsync(merged.Key, cancel));
        var sessions = await _store.SessionsAsync([kept.Key, merged.Key, .. keptKeys.Select(k => k.Alias), .. mergedKeys.Select(k => k.Alias)], cancel);
        var (keptSets, mergedSets) = (await SetsAsync(kept.Key, cancel), await SetsAsync(merged.Key, cancel));
        return (new MergePreview(kept, merged, keptKeys, mergedKeys, sessions, Traits(kept, merged), keptSets, [.. mergedSets.Except(keptSets)]), MergeResult.Done);
    }

    /// <param name="reason">Evidence: email, phone, name and postcode, or by hand.</param>
    public async Task<MergeResult> MergeAsync(MergePreview preview, string reason, string by)
    {
        if (!preview.Kept.IsKnown) return MergeResult.NobodyKnown;
        var at = _time.GetUtcNow();
        var merge = new Merge(Guid.CreateVersion7(at).ToString("N"), preview.Kept.Key, preview.Merged.Key, reason, by, at);
        var done = false;
        await _writer.ExclusiveAsync(async session => done = await session.MergeAsync(merge));
        if (!done) return MergeResult.NotTwo;
        await _audit.RecordAsync(new AuditEntry("person.merged", merge.Kept, JsonSerializer.Serialize(new { merge = merge.Id, reason })), CancellationToken.None);
        return MergeResult.Done;
    }

    /// <returns>Whether it was undone now.</returns>
    public async Task<bool> UndoAsync(string mergeId, string by)
    {
        (string Kept, string Merged)? two = null;
        await _writer.ExclusiveAsync(async session => two = await session.UnmergeAsync(mergeId, by, _time.GetUtcNow()));
        if (two is not { } done) return false;
        await _audit.RecordAsync(new AuditEntry("person.unmerged", done.Kept, JsonSerializer.Serialize(new { merge = mergeId })), CancellationToken.None);
        return true;
    }

    /// <summary>Merges that concern a person, undone ones included, newest first.</summary>
    public async Task<IReadOnlyList<MergeLine>> OfAsync(string person, CancellationToken cancel = default) => await _store.OfAsync(await _people.KeysAsync(person, cancel), cancel);

    public Task<IReadOnlyList<MergeLine>> NewestAsync(int limit, CancellationToken cancel = default) => _store.NewestAsync(limit, cancel);

    /// <summary>People with the same e-mail address, telephone, or name and postcode: those with the most evidence first.</summary>
    public async Task<IReadOnlyList<MergeSuggestion>> SuggestionsAsync(CancellationToken cancel = default)
    {
        var pairs = await _store.PairsAsync(MostSuggestions, cancel);
        var people = (await _people.FindAllAsync(pairs.SelectMany(p => new[] { p.Low, p.High }).Distinct(), cancel)).ToDictionary(p => p.Key);
        return [.. pairs.Where(p => people.ContainsKey(p.Low) && people.ContainsKey(p.High)).Select(pair =>
        {
            var ordered = new[] { people[pair.Low], people[pair.High] }.OrderByDescending(p => p.IsKnown).ThenByDescending(p => p.Orders).ThenBy(p => p.FirstSeen).ToList();
            return new MergeSuggestion(ordered[0], ordered[1], pair.Reasons.Split('|'));
        })];
    }

    /// <summary>These are two people: not suggested again.</summary>
    public async Task DismissAsync(string one, string other, string by)
    {
        await _store.DismissAsync(one, other, _time.GetUtcNow(), by);
        await _audit.RecordAsync(new AuditEntry("person.merge_dismissed", one), CancellationToken.None);
    }

    private async Task<List<string>> SetsAsync(string person, CancellationToken cancel)
    {
        var titles = new List<string>();
        foreach (var set in _sets) titles.AddRange((await set.OfAsync(person, cancel)).Select(s => s.Title));
        return titles;
    }

    private static List<MergedTrait> Traits(Person kept, Person merged)
    {
        var (mine, other) = (PersonTraits.Read(kept.Traits), PersonTraits.Read(merged.Traits));
        var names = mine.Keys.Concat(other.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return [.. names.Select(n => new MergedTrait(n, mine.GetValueOrDefault(n), other.GetValueOrDefault(n), (mine.GetValueOrDefault(n) ?? other.GetValueOrDefault(n))!))];
    }
}
