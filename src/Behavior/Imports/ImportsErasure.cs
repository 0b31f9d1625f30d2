using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Imports;

/// <summary>What imports remember of a person: that they were imported, and rows of theirs that could not be used.</summary>
internal sealed class ImportsErasure(ImportsStore store) : IPersonalData, IPersonalExport
{
    public async Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default)
    {
        var entities = await store.EntitiesAsync(person, cancel);
        var rows = (await ReportsAsync(person, cancel)).Sum(r => r.Errors.Count(e => person.IsNamedIn(e.Row)));
        return [new("import marks", entities.Count), new("import rows", rows)];
    }

    public async Task<IReadOnlyList<PersonalTable>> ExportAsync(ErasedPerson person, CancellationToken cancel = default)
    {
        var rows = (await ReportsAsync(person, cancel)).SelectMany(r => r.Errors.Where(e => person.IsNamedIn(e.Row)).Select(e => (IReadOnlyList<object?>)[r.Id, e.Row]));
        return
        [
            new PersonalTable("import marks", ["key"], [.. (await store.EntitiesAsync(person, cancel)).Select(k => (IReadOnlyList<object?>)[k])]),
            new PersonalTable("import rows", ["import", "row"], [.. rows]),
        ];
    }

    public async Task EraseAsync(ErasedPerson person)
    {
        await store.ForgetAsync(await store.EntitiesAsync(person, default));
        foreach (var report in await ReportsAsync(person, default))
        {
            report.Errors = [.. report.Errors.Where(e => !person.IsNamedIn(e.Row))];
            await store.RewriteAsync(report);
        }
    }

    private async Task<List<ImportReport>> ReportsAsync(ErasedPerson person, CancellationToken cancel) =>
        [.. (await store.ListAsync(int.MaxValue, cancel)).Select(l => l.Read()).OfType<ImportReport>().Where(r => r.Errors.Any(e => person.IsNamedIn(e.Row)))];
}
