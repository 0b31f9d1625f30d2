using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Catalog;

/// <summary>
/// Remembers, fact by fact, what an import said of products and what stood there before, so that its undo puts back what nobody
/// has changed since, and leaves what a later import said too.
/// </summary>
internal static partial class FactsBefore
{
    private const string Noted = "select source as Source, product_id as ProductId, before as Before, after as After from product_facts_before where source = @Source and product_id = any(@Ids)";

    private const string Note = """
        insert into product_facts_before (source, product_id, before, after) select @Source, unnest(@Ids), unnest(@Befores), unnest(@Afters)
        on conflict (source, product_id) do update set before = excluded.before, after = excluded.after
        """;

    private const string OfSource = "select source as Source, product_id as ProductId, before as Before, after as After from product_facts_before where source = @Source";

    private const string OfLater = """
        select source as Source, product_id as ProductId, before as Before, after as After from product_facts_before
        where source > @Source and source like 'import:%' and product_id = any(@Ids) order by source
        """;

    private const string Created = "select id from products where source = @Source and id = any(@Ids)";

    private const string HandOver = "update products set source = d.source from (select unnest(@Ids) as id, unnest(@Sources) as source) d where products.id = d.id";

    private const string Forget = "delete from product_facts_before where source = @Source";

    private sealed record Said(string Source, string ProductId, string Before, string After);

    public static bool Applies(string source) => source.StartsWith("import:", StringComparison.Ordinal);

    /// <summary>Notes what these facts are about to change; in the transaction that writes them. Again changes nothing.</summary>
    /// <param name="said">What the import says; null facts say nothing.</param>
    /// <param name="known">What stands there, by id.</param>
    public static async Task NoteAsync(Session session, string source, IReadOnlyList<ProductFact> said, Dictionary<string, ProductFact> known)
    {
        var noted = (await session.QueryAsync<Said>(Noted, new { Source = source, Ids = SqlList.Of(said.Select(p => p.Id)) })).ToDictionary(n => n.ProductId);
        var notes = new List<Said>(said.Count);
        foreach (var fact in said)
        {
            var (before, after) = noted.TryGetValue(fact.Id, out var note) ? (Parse(note.Before), Parse(note.After)) : ([], []);
            var stands = known.TryGetValue(fact.Id, out var one) ? Facts(one) : [];
            foreach (var (name, value) in Facts(fact))
            {
                if (!after.ContainsKey(name)) before[name] = stands[name]?.DeepClone();
                after[name] = value?.DeepClone();
            }
            notes.Add(new Said(source, fact.Id, before.ToJsonString(), after.ToJsonString()));
        }
        await session.ExecuteAsync(Note, Arguments(source, notes));
    }

    /// <summary>Takes back what a source said, and hands it on where a later import said something in its place.</summary>
    /// <param name="current">Reads products as they stand.</param>
    /// <returns>Products as they are again, to be written.</returns>
    public static async Task<List<ProductFact>> UndoAsync(Session session, string source, Func<IEnumerable<string>, Task<IReadOnlyList<ProductFact>>> current)
    {
        var mine = await session.QueryAsync<Said>(OfSource, new { Source = source });
        if (mine.Count == 0) return [];
        var ids = mine.Select(m => m.ProductId).ToList();
        var later = (await session.QueryAsync<Said>(OfLater, new { Source = source, Ids = SqlList.Of(ids) })).ToLookup(l => l.ProductId);
        var created = (await session.QueryAsync<string>(Created, new { Source = source, Ids = SqlList.Of(ids) })).ToHashSet();
        var now = (await current(ids)).ToDictionary(p => p.Id);
        var (restored, heirs) = (new List<ProductFact>(), new Dictionary<string, string>());
        foreach (var said in mine)
        {
            var (before, after) = (Parse(said.Before), Parse(said.After));
            foreach (var other in later[said.ProductId]) await HandOnAsync(session, other, before, after);
            if (later[said.ProductId].FirstOrDefault() is { } heir && created.Contains(said.ProductId)) heirs[said.ProductId] = heir.Source;
            if (!now.TryGetValue(said.ProductId, out var product) || (created.Contains(said.ProductId) && !heirs.ContainsKey(said.ProductId))) continue;
            var facts = Facts(product);
            foreach (var (name, value) in after)
                if (JsonNode.DeepEquals(facts[name], value) && !later[said.ProductId].Any(l => Parse(l.After).ContainsKey(name))) facts[name] = before[name]?.DeepClone();
            var back = JsonSerializer.Deserialize(facts, FactJson.Default.ProductFact)! with { Id = product.Id };
            if (back != product) restored.Add(back);
        }
        if (heirs.Count > 0) await session.ExecuteAsync(HandOver, new { Ids = SqlList.Of(heirs.Keys), Sources = SqlList.Of(heirs.Values) });
        await session.ExecuteAsync(Forget, new { Source = source });
        return restored;
    }

    private static async Task HandOnAsync(Session session, Said other, JsonObject before, JsonObject after)
    {
        var theirs = Parse(other.Before);
        if (ValuesBefore.HandOn(theirs, before, after)) await session.ExecuteAsync(Note, Arguments(other.Source, [other with { Before = theirs.ToJsonString() }]));
    }

    private static object Arguments(string source, IReadOnlyList<Said> notes) => new
    {
        Source = source,
        Ids = SqlList.Of(notes.Select(n => n.ProductId)),
        Befores = SqlList.Of(notes.Select(n => n.Before)),
        Afters = SqlList.Of(notes.Select(n => n.After)),
    };

    /// <summary>The facts that are known, by name; money without trailing zeros, so that equal amounts are equal texts.</summary>
    private static JsonObject Facts(ProductFact product)
    {
        var facts = JsonSerializer.SerializeToNode(product with { Price = Plain(product.Price), Cost = Plain(product.Cost) }, FactJson.Default.ProductFact)!.AsObject();
        facts.Remove(nameof(ProductFact.Id));
        return facts;
    }

    private static decimal? Plain(decimal? amount) => amount / 1.0000000000000000000000000000m;

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    [JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(ProductFact))]
    private sealed partial class FactJson : JsonSerializerContext;
}
