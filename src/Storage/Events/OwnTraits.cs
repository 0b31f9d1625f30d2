using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>The traits of people under a merge as they would be without it: kept with each commit, so that an undo is exact.</summary>
internal static class OwnTraits
{
    public const string Count = "select count(*) from own_traits";

    private const string Read = "select user_id as Owner, cast(traits as text) as Traits from own_traits where user_id = any(@Owners)";

    private const string Update = """
        update own_traits set traits = cast(d.traits as json) from (select unnest(@Owners) as owner, unnest(@Traits) as traits) d where own_traits.user_id = d.owner
        """;

    private const string Insert = "insert into own_traits (user_id, traits) values (@Owner, cast(@Traits as json)) on conflict (user_id) do nothing";

    private const string ForgetUnmerged = """
        delete from own_traits where user_id = any(@Owners)
            and not exists (select 1 from merges m where m.undone_at is null and (m.kept = own_traits.user_id or m.merged = own_traits.user_id))
        """;

    private sealed record Row(string Owner, string? Traits);

    public static async Task<Dictionary<string, string?>> ReadAsync(Session session, IEnumerable<string> owners) =>
        (await session.QueryAsync<Row>(Read, new { Owners = SqlList.Of(owners) })).ToDictionary(r => r.Owner, r => r.Traits);

    /// <summary>Begins to keep a person's own traits, unless they are kept already.</summary>
    public static Task BeginAsync(Session session, string owner, string? traits) => session.ExecuteAsync(Insert, new { Owner = owner, Traits = traits });

    /// <summary>Ends it for those of these whom no merge concerns any more.</summary>
    public static Task EndAsync(Session session, IEnumerable<string> owners) => session.ExecuteAsync(ForgetUnmerged, new { Owners = SqlList.Of(owners) });

    public static async Task PatchAsync(Session session, IEnumerable<string> owners, string patch) =>
        await WriteAsync(session, (await ReadAsync(session, owners)).ToDictionary(o => o.Key, o => TraitPatch.Merge(o.Value, patch)));

    /// <summary>As the writer does with the traits of the person: inherited ones first, then patches in the order of arrival.</summary>
    /// <param name="rows">Profile rows of the aliases that were linked.</param>
    public static async Task ApplyAsync(Session session, Commit commit, IReadOnlyDictionary<string, ProfileRow> rows)
    {
        var inherited = commit.Links.Where(l => rows.TryGetValue(l.Alias, out var row) && row.Traits is not null).ToLookup(l => l.Owner, l => rows[l.Alias].Traits);
        var patches = commit.Traits.ToLookup(t => t.Owner, t => t.Traits);
        var owners = patches.Select(p => p.Key).Concat(inherited.Select(i => i.Key)).Distinct().ToList();
        if (owners.Count == 0) return;
        await WriteAsync(session, (await ReadAsync(session, owners)).ToDictionary(o => o.Key, o =>
            patches[o.Key].Aggregate(TraitPatch.Merge(inherited[o.Key].Aggregate((string?)null, TraitPatch.Merge), o.Value), TraitPatch.Merge)));
    }

    private static Task WriteAsync(Session session, Dictionary<string, string?> traits) => traits.Count == 0 ? Task.CompletedTask
        : session.ExecuteAsync(Update, new { Owners = SqlList.Of(traits.Keys), Traits = SqlList.Of(traits.Values) });
}
