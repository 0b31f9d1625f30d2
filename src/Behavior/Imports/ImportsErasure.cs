using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Imports;

/// <summary>What imports remember of a person: that they were imported, and rows of theirs that could not be used.</summary>
internal sealed class ImportsErasure(ImportsStore store, ImportFolder folder, Database database) : IPersonalData, IPersonalExport
{
    // A customer's mark ends in their key; an event's is its message id.
    private const string MarksOf = """
        select m.key from (select key from import_entities union select key from import_replaced) m
        where exists (select 1 from (select unnest(@Ids) as id) w where right(m.key, length(w.id) + 1) = ':' || w.id)
            or m.key in (select message_id from events where user_id = any(@Keys) and type <> 'item' and name not in ('Order Completed', 'Order Refunded', 'Revenue Adjusted'))
        """;

    private static readonly string[] ForgetMarks = ["delete from import_entities where key = any(@Keys)", "delete from import_replaced where key = any(@Keys)"];

    public async Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default)
    {
        var marks = await MarksAsync(person, cancel);
        var shown = (await ReportsAsync(person, cancel)).Sum(r => r.Errors.Count(e => person.IsNamedIn(e.Row)));
        var inFiles = folder.AllErrors().Sum(path => ErrorFile.Without(path, person.IsNamedIn, write: false));
        return [new("import marks", marks.Count), new("import rows", Math.Max(shown, inFiles))];
    }

    public async Task<IReadOnlyList<PersonalTable>> ExportAsync(ErasedPerson person, CancellationToken cancel = default)
    {
        var rows = (await ReportsAsync(person, cancel)).SelectMany(r => r.Errors.Where(e => person.IsNamedIn(e.Row)).Select(e => (IReadOnlyList<object?>)[r.Id, e.Row]));
        return
        [
            new PersonalTable("import marks", ["key"], [.. (await MarksAsync(person, cancel)).Select(k => (IReadOnlyList<object?>)[k])]),
            new PersonalTable("import rows", ["import", "row"], [.. rows]),
        ];
    }

    public async Task EraseAsync(ErasedPerson person)
    {
        var marks = await MarksAsync(person, default);
        foreach (var forget in ForgetMarks) await database.ExecuteAsync(forget, new { Keys = SqlList.Of(marks) });
        foreach (var path in folder.AllErrors()) ErrorFile.Without(path, person.IsNamedIn, write: true);
        foreach (var report in await ReportsAsync(person, default))
        {
            report.Errors = [.. report.Errors.Where(e => !person.IsNamedIn(e.Row))];
            await store.RewriteAsync(report);
        }
    }

    /// <returns>Keys under which a person and their events are remembered as imported.</returns>
    private Task<IReadOnlyList<string>> MarksAsync(ErasedPerson person, CancellationToken cancel)
    {
        IEnumerable<string> ids = person.Email is { } email ? [.. person.SentIds, email] : person.SentIds;
        return database.QueryAsync<string>(MarksOf, new { Ids = SqlList.Of(ids), Keys = SqlList.Of(person.Keys) }, cancel);
    }

    private async Task<List<ImportReport>> ReportsAsync(ErasedPerson person, CancellationToken cancel) =>
        [.. (await store.ListAsync(int.MaxValue, cancel)).Select(l => l.Read()).OfType<ImportReport>().Where(r => r.Errors.Any(e => person.IsNamedIn(e.Row)))];
}
