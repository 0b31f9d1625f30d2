using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>One person to be made of two.</summary>
/// <param name="Kept">Final key that stays; a known person's.</param>
/// <param name="Merged">Final key that becomes another key of the first.</param>
/// <param name="Reason">Evidence, such as <c>email</c>.</param>
public sealed record Merge(string Id, string Kept, string Merged, string Reason, string By, DateTimeOffset At);

/// <summary>
/// Merges are edges from a person to the one that was kept, and identities are what the edges come to: each alias points at the
/// top of its tree and remembers whose it is without any. Taking an edge away and following the others again is an exact undo,
/// in any order.
/// </summary>
internal static class Merging
{
    private const string AreFinal = """
        select (select count(*) from profiles where user_id in (@Kept, @Merged)) = 2 and not exists (select 1 from identities where alias in (@Kept, @Merged))
        """;

    private const string Repoint = "update identities set own_id = coalesce(own_id, user_id), user_id = @Kept where user_id = @Merged";

    private const string Point = "insert into identities (alias, user_id, kind, since, own_id) values (@Merged, @Kept, 'merge', @At, @Merged)";

    private const string Note = "insert into merges (id, kept, merged, reason, merged_at, merged_by) values (@Id, @Kept, @Merged, @Reason, @At, @By)";

    private const string Find = "select kept as Kept, merged as Merged from merges where id = @Id and undone_at is null";

    private const string Around = "select kept as Kept, merged as Merged from merges where undone_at is null and (kept = any(@Keys) or merged = any(@Keys)) order by merged_at, id";

    private const string Undone = "update merges set undone_at = @At, undone_by = @By where id = @Id";

    private const string TopOf = "select user_id from identities where alias = @Key";

    private const string Release = """
        update identities set user_id = @Merged, own_id = case when own_id = @Merged then null else own_id end where own_id = any(@Owners) and alias <> @Merged;
        delete from identities where alias = @Merged
        """;

    private const string KeptOf = "select distinct kept from merges where undone_at is null and kept = any(@People)";

    private sealed record Edge(string Kept, string Merged);

    public static async Task<bool> MergeAsync(ExclusiveSession exclusive, Merge merge)
    {
        var session = exclusive.Session;
        if (merge.Kept == merge.Merged || !await session.ScalarAsync<bool>(AreFinal, new { merge.Kept, merge.Merged })) return false;
        var traits = (await ProfileStore.ReadAsync(session, [merge.Kept, merge.Merged])).ToDictionary(r => r.UserId, r => r.Traits);
        foreach (var (owner, own) in traits) await OwnTraits.BeginAsync(session, owner, own);
        await session.ExecuteAsync(Repoint, new { merge.Kept, merge.Merged });
        await session.ExecuteAsync(Point, new { merge.Kept, merge.Merged, merge.At });
        await session.ExecuteAsync(Note, merge);
        await exclusive.WriteTraitsAsync(merge.Kept, TraitPatch.Merge(traits[merge.Merged], traits[merge.Kept]));
        await ProfileStore.DeleteAsync(session, [merge.Merged]);
        await exclusive.RecomputeAsync([merge.Kept]);
        return true;
    }

    public static async Task<(string, string)?> UnmergeAsync(ExclusiveSession exclusive, string id, string by, DateTimeOffset at)
    {
        var session = exclusive.Session;
        if (await session.FirstOrDefaultAsync<Edge>(Find, new { Id = id }) is not { } edge) return null;
        var top = (await session.ScalarAsync<string>(TopOf, new { Key = edge.Merged }))!;
        await session.ExecuteAsync(Undone, new { Id = id, At = at, By = by });
        var edges = await TreeAsync(session, [top, edge.Merged]);
        var owners = Below(edges, edge.Merged);
        await session.ExecuteAsync(Release, new { edge.Merged, Owners = SqlList.Of(owners) });
        await exclusive.RecomputeAsync([top, edge.Merged]);
        List<string> all = [.. owners, .. Below(edges, top)];
        var own = await OwnTraits.ReadAsync(session, all);
        await ProfileStore.WriteTraitsAsync(session, new[] { top, edge.Merged }.ToDictionary(p => p, p => Compose(edges, own, p)));
        await OwnTraits.EndAsync(session, all);
        return (top, edge.Merged);
    }

    /// <returns>Of these people, those who are made of several.</returns>
    public static Task<IReadOnlyList<string>> MergedAsync(Session session, IEnumerable<string> people) => session.QueryAsync<string>(KeptOf, new { People = SqlList.Of(people) });

    /// <returns>Everybody a person is made of, themselves included.</returns>
    public static async Task<IReadOnlyList<string>> OwnersAsync(Session session, string person) => Below(await TreeAsync(session, [person]), person);

    private static async Task<List<Edge>> TreeAsync(Session session, IReadOnlyCollection<string> roots)
    {
        var (seen, next) = (new HashSet<string>(roots), roots);
        while (true)
        {
            var edges = (await session.QueryAsync<Edge>(Around, new { Keys = SqlList.Of(seen) })).ToList();
            next = [.. edges.SelectMany(e => new[] { e.Kept, e.Merged }).Where(seen.Add)];
            if (next.Count == 0) return edges;
        }
    }

    private static List<string> Below(List<Edge> edges, string person) => [person, .. edges.Where(e => e.Kept == person).SelectMany(e => Below(edges, e.Merged))];

    /// <summary>Who is kept has the last word.</summary>
    private static string? Compose(List<Edge> edges, Dictionary<string, string?> own, string person) =>
        edges.Where(e => e.Kept == person).Aggregate(own.GetValueOrDefault(person), (kept, e) => TraitPatch.Merge(Compose(edges, own, e.Merged), kept));
}
