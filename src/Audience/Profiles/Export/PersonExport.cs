using System.IO.Compression;
using System.Text;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Look;

namespace BehaviorDashboard.Profiles;

/// <summary>Everything that is kept about one person, from every slice, as a file for them.</summary>
public sealed class PersonExport
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly PersonErasure _erasure;
    private readonly IReadOnlyList<IPersonalExport> _keepers;
    private readonly IAuditLog _audit;
    private readonly TimeProvider _time;

    internal PersonExport(PersonErasure erasure, IEnumerable<IPersonalData> keepers, IAuditLog audit, TimeProvider time) =>
        (_erasure, _keepers, _audit, _time) = (erasure, [.. keepers.OfType<IPersonalExport>()], audit, time);

    /// <returns>Every table with at least one row; null when nobody has this key.</returns>
    public async Task<IReadOnlyList<PersonalTable>?> ReadAsync(string key, CancellationToken cancel = default)
    {
        if (await _erasure.NameAsync(key, cancel) is not { } person) return null;
        var all = new List<PersonalTable>();
        foreach (var keeper in _keepers) all.AddRange((await keeper.ExportAsync(person, cancel)).Where(t => t.Rows.Count > 0));
        await _audit.RecordAsync(new AuditEntry("person.exported", person.Key, JsonSerializer.Serialize(all.ToDictionary(t => t.Kind, t => t.Rows.Count))), cancel);
        return all;
    }

    /// <summary>One document: kind to a list of objects.</summary>
    public byte[] Json(IReadOnlyList<PersonalTable> tables) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        exportedAt = _time.GetUtcNow(),
        data = tables.ToDictionary(t => t.Kind, t => t.Rows.Select(r => t.Columns.Select((c, i) => (c, Value: Structured(r[i]))).ToDictionary(c => c.c, c => c.Value))),
    }, Readable);

    /// <summary>A zip of one CSV a kind.</summary>
    public static byte[] Zip(IReadOnlyList<PersonalTable> tables)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var table in tables)
            {
                using var writer = new StreamWriter(zip.CreateEntry(table.Kind.Replace(' ', '-') + ".csv").Open(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
                writer.Write(Csv.Write(table.Columns, table.Rows));
            }
        return file.ToArray();
    }

    /// <summary>Columns of JSON are handed out as what they hold.</summary>
    private static object? Structured(object? value)
    {
        if (value is not string { Length: > 1 } text || text[0] is not ('{' or '[')) return value;
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            return value;
        }
    }
}
