using System.Text.Json.Nodes;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Imports;

/// <summary>
/// Remembers, trait by trait, what an import wrote over, so that its undo puts it back wherever nobody has changed it since.
/// </summary>
internal sealed class TraitsBefore(Database database, string importId)
{
    private const string Current = """
        select k.key as Given, coalesce(i.user_id, k.key) as Person, cast(p.traits as text) as Traits
        from (select unnest(@Keys) as key) k left join identities i on i.alias = k.key left join profiles p on p.user_id = coalesce(i.user_id, k.key)
        """;

    private const string Noted = "select user_id as Person, before as Before, after as After from import_traits where import_id = @ImportId and user_id = any(@People)";

    private const string Note = """
        insert into import_traits (import_id, user_id, before, after) select @ImportId, unnest(@People), unnest(@Befores), unnest(@Afters)
        on conflict (import_id, user_id) do update set before = excluded.before, after = excluded.after
        """;

    private const string OfImport = "select coalesce(i.user_id, t.user_id) as Person, before as Before, after as After from import_traits t left join identities i on i.alias = t.user_id where import_id = @ImportId";

    private const string OfOthers = "select import_id as ImportId, user_id as Person, before as Before, after as After from import_traits where import_id > @ImportId and user_id = any(@People)";

    private const string Rewrite = "update import_traits set before = @Before where import_id = @ImportId and user_id = @Person";

    private const string Forget = "delete from import_traits where import_id = @ImportId";

    // Most files repeat a person's traits with every order.
    private readonly HashSet<long> _done = [];

    private sealed record Now(string Given, string Person, string? Traits);

    private sealed record Change(string Person, string Before, string After);

    private sealed record OtherChange(string ImportId, string Person, string Before, string After);

    /// <summary>Notes what these events are about to change. Call before they are stored; again changes nothing.</summary>
    public async Task NoteAsync(IEnumerable<ShopEvent> events, CancellationToken cancel)
    {
        var patches = events.Where(e => e is { Traits: not null, UserId: not null } && _done.Add(ContentHash.OfText($"{e.UserId}\n{e.Traits}"))).ToList();
        if (patches.Count == 0) return;
        var now = (await database.QueryAsync<Now>(Current, new { Keys = SqlList.Of(patches.Select(p => p.UserId!).Distinct()) }, cancel)).ToDictionary(n => n.Given);
        var noted = (await database.QueryAsync<Change>(Noted, new { ImportId = importId, People = SqlList.Of(now.Values.Select(n => n.Person).Distinct()) }, cancel)).ToDictionary(c => c.Person);
        var changes = new Dictionary<string, (JsonObject Current, JsonObject Before, JsonObject After)>();
        foreach (var patch in patches)
        {
            var person = now[patch.UserId!].Person;
            if (!changes.TryGetValue(person, out var change))
                changes[person] = change = (Parse(now[patch.UserId!].Traits), Parse(noted.GetValueOrDefault(person)?.Before), Parse(noted.GetValueOrDefault(person)?.After));
            foreach (var (name, value) in Parse(patch.Traits).ToList())
            {
                if (!change.After.ContainsKey(name))
                {
                    if (JsonNode.DeepEquals(change.Current[name], value)) continue;
                    change.Before[name] = change.Current[name]?.DeepClone();
                }
                change.After[name] = value?.DeepClone();
                change.Current[name] = value?.DeepClone();
            }
        }
        var real = changes.Where(c => c.Value.After.Count > 0).ToList();
        if (real.Count == 0) return;
        await database.ExecuteAsync(Note, new
        {
            ImportId = importId,
            People = SqlList.Of(real.Select(c => c.Key)),
            Befores = SqlList.Of(real.Select(c => c.Value.Before.ToJsonString())),
            Afters = SqlList.Of(real.Select(c => c.Value.After.ToJsonString())),
        }, cancel);
    }

    /// <summary>Puts back what an import wrote over, and hands it on where a later import wrote over it in turn.</summary>
    public static async Task RestoreAsync(ExclusiveSession exclusive, string importId)
    {
        var session = exclusive.Session;
        var changes = await session.QueryAsync<Change>(OfImport, new { ImportId = importId });
        if (changes.Count == 0) return;
        var people = SqlList.Of(changes.Select(c => c.Person).Distinct());
        var later = (await session.QueryAsync<OtherChange>(OfOthers, new { ImportId = importId, People = people })).ToLookup(o => o.Person);
        var now = (await session.QueryAsync<Now>(Current, new { Keys = people })).Where(n => n.Traits is not null).ToDictionary(n => n.Given, n => Parse(n.Traits));
        var patches = new Dictionary<string, string>();
        foreach (var change in changes)
        {
            var (before, after) = (Parse(change.Before), Parse(change.After));
            foreach (var other in later[change.Person]) await HandOnAsync(session, other, before, after);
            if (!now.TryGetValue(change.Person, out var current)) continue;
            var patch = new JsonObject();
            foreach (var (name, value) in after)
                if (JsonNode.DeepEquals(current[name], value)) patch[name] = before[name]?.DeepClone();
            if (patch.Count > 0) patches[change.Person] = patch.ToJsonString();
        }
        if (patches.Count > 0) await exclusive.PatchTraitsAsync(patches);
        await session.ExecuteAsync(Forget, new { ImportId = importId });
    }

    private static async Task HandOnAsync(Session session, OtherChange other, JsonObject before, JsonObject after)
    {
        var theirs = Parse(other.Before);
        if (ValuesBefore.HandOn(theirs, before, after)) await session.ExecuteAsync(Rewrite, new { Before = theirs.ToJsonString(), other.ImportId, other.Person });
    }

    private static JsonObject Parse(string? json) => json is null ? [] : JsonNode.Parse(json) as JsonObject ?? [];
}
